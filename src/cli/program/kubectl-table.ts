import { spawn } from 'node:child_process';
import { UsageError } from './declaration.ts';

/** The output of a `kubectl get`: by the real kubectl when there is one, else by a request for the same table. */
export async function kubectlTable(call: {
  readonly kubectl: string | undefined;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}): Promise<string> {
  if (call.kubectl) return runKubectl(call.kubectl, call.words, call.environment);
  const { tableByOwnClient } = await import('./own-table.ts');
  return tableByOwnClient(call.words, call.environment);
}

function runKubectl(
  kubectl: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const child = spawn(kubectl, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
      else {
        const said = Buffer.concat(errors).toString('utf8');
        reject(new UsageError(`'kubectl ${words.join(' ')}' failed:\n${said}`, 1));
      }
    });
  });
}
