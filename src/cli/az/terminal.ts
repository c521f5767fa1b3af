import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on the terminal; undefined when stdin is none or is closed without an answer. */
export async function promptOnTerminal(question: string, secret: boolean): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (secret) process.stderr.write(question);
  const reader = createInterface({
    input: process.stdin,
    output: secret ? silent : process.stderr,
    terminal: true,
  });
  try {
    const answer = await reader.question(secret ? '' : question);
    if (secret) process.stderr.write('\n');
    return answer;
  } catch {
    return undefined;
  } finally {
    reader.close();
  }
}

/** Opens `url` in a browser; false when none is found. Only graphical sessions count on Linux. */
export async function openBrowser(url: string): Promise<boolean> {
  const command = browserCommand();
  if (!command) return false;
  const [program = '', ...words] = command;
  return new Promise((resolve) => {
    const child = spawn(program, [...words, url], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function browserCommand(): string[] | undefined {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'] && !process.env['BROWSER']) return undefined;
  const wanted = [process.env['BROWSER'] ?? '', 'xdg-open', 'firefox', 'chromium', 'google-chrome'];
  const found = wanted.find((name) => name !== '' && onPath(name));
  return found ? [found] : undefined;
}

function onPath(name: string): boolean {
  if (name.includes('/')) return existsSync(name);
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
