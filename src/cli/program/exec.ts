import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { demandRunning } from './control.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { azKind, shellVariables } from './environment.ts';

const passedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

export async function run(call: VerbCall): Promise<number> {
  const [command, ...words] = call.words;
  if (!command) throw new UsageError("name the command to run: 'drydock exec -- CMD...'.");
  const kind = azKind(call.options['az']);
  const running = demandRunning(call.home);
  if (kind === 'system') {
    const { signInSystemAz } = await import('./system-az.ts');
    await signInSystemAz(call.home, running);
  }
  return runChild(command, words, { ...process.env, ...shellVariables(call.home, running, kind) });
}

/** Runs a program in the foreground; its exit code is ours, a signal that ends it is 128 + its number. */
function runChild(
  command: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const child = spawn(command, words, { stdio: 'inherit', env: environment });
  // A terminal sends Ctrl+C to the whole group: the child has it already, and we only wait.
  const handlers = passedSignals.map((signal) => {
    const pass = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, pass);
    return () => process.off(signal, pass);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (thrown) => {
      const code = 'code' in thrown ? thrown.code : undefined;
      if (code === 'ENOENT') reject(new UsageError(`${command}: command not found`, 127));
      else if (code === 'EACCES') reject(new UsageError(`${command}: permission denied`, 126));
      else reject(thrown);
    });
    child.once('exit', (code, signal) => {
      for (const remove of handlers) remove();
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1));
    });
  });
}
