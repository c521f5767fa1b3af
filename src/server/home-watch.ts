import { statSync } from 'node:fs';
import type { Clock } from '../base/index.ts';

const pollMs = 1_000;

/**
 * Calls `onGone` once when the file is no longer the one that it was: deleted, or put in its place by somebody. What is
 * written to it from then on is lost.
 */
export function watchFile(file: string, clock: Clock, onGone: () => void): { close(): void } {
  const before = fileNumber(file);
  const look = () => {
    if (fileNumber(file) === before) timer = clock.after(pollMs, look);
    else onGone();
  };
  let timer = clock.after(pollMs, look);
  return { close: () => timer.cancel() };
}

function fileNumber(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}
