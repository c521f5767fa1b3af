import { existsSync, readdirSync } from 'node:fs';
import { CodedError } from '../../base/index.ts';

/** Names inside a home: what is finished and waits for its move, what somebody moves, what is still being made. */
export const staged = 'staged';
export const moving = /^staged-(\d+)-([\da-f.]*)$/;
export const making = /^(?:staging|checking)-(\d+)-([\da-f.]*)$/;

/** Throws `unavailable` for a home that is nothing but a restore that was cut off, or is still being made. */
export function refuseUnfinished(home: string, database: string): void {
  if (existsSync(database)) return;
  const names = namesIn(home);
  if (names.some((name) => name === staged || moving.test(name))) return;
  if (!names.some((name) => making.test(name))) return;
  throw new CodedError(
    'unavailable',
    `a restore into ${home} was cut off or is under way. Run 'drydock restore' again, or delete the folder and start anew.`,
  );
}

/** Empty for a folder that is not there. */
export function namesIn(home: string): string[] {
  try {
    return readdirSync(home);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
