import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a run of one test file ended; `failed` names the first test that failed. */
export type Outcome =
  | { readonly kind: 'passed'; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly test: string; readonly tookMs: number }
  | { readonly kind: 'timed out'; readonly tookMs: number };

/** What a run may take, and what else it finds in its environment. */
export interface RunOptions {
  readonly limitMs: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Wait for all tests of the file, so that every process of it ends by itself. */
  readonly toTheEnd?: boolean;
}

/** Runs a test file in a tree and stops with its first failure. */
export function runTestFile(tree: string, file: string, options: RunOptions): Promise<Outcome> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--test-reporter=tap', file], {
    cwd: tree,
    env: { ...process.env, ...options.environment },
    // A process group of its own, so that all of it can be ended at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const endWithUs = () => end(child);
  process.once('exit', endWithUs);
  let failed: string | undefined;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end(child);
  }, options.limitMs);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const found = /^\s*not ok \d+ - (.*)$/.exec(line);
    if (!found || failed !== undefined || line.endsWith('# TODO')) return;
    failed = found[1] ?? '';
    if (!options.toTheEnd) end(child);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      process.off('exit', endWithUs);
      end(child);
      const tookMs = Math.round(performance.now() - startedMs);
      if (failed !== undefined) resolve({ kind: 'failed', test: failed, tookMs });
      else if (timedOut) resolve({ kind: 'timed out', tookMs });
      else if (code !== 0) resolve({ kind: 'failed', test: `ended with ${code}`, tookMs });
      else resolve({ kind: 'passed', tookMs });
    });
  });
}

function end(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
}
