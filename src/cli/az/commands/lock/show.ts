import { defineCommand } from '../../declaration.ts';
import { lockName, locksApiVersion, locksPath, lockTarget, presentLock } from './target.ts';

/** `az lock show`. */
export const command = defineCommand({
  words: 'lock show',
  summary: 'Show a lock.',
  flags: { name: lockName, ...lockTarget },
  reads: true,
  async run({ flags, session }) {
    const path = `${locksPath(session, flags)}/${encodeURIComponent(flags.name)}`;
    return presentLock(await session.arm.get(path, locksApiVersion));
  },
});
