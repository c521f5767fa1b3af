import { spawn } from 'node:child_process';
import { UsageError, type VerbCall } from './declaration.ts';
import { readRunning } from './home.ts';

/** Opens the pages of the running estate; without a browser that can be asked, the address is all there is. */
export async function run(call: VerbCall): Promise<number> {
  const running = readRunning(call.home);
  if (!running) {
    throw new UsageError(`No server runs for ${call.home}. Start it with 'drydock up --detach'.`, 1);
  }
  const address = `${running.login.replace(/\/adfs\/?$/, '')}/portal/`;
  process.stdout.write(`${address}\n`);
  if (call.options['print'] !== true && hasScreen()) open(address);
  return 0;
}

function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}

function open(address: string): void {
  const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', ''],
  };
  const [program = 'xdg-open', ...words] = openers[process.platform] ?? [];
  // The address was printed: nothing is lost where there is no such program.
  spawn(program, [...words, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
