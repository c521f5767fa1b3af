import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { locksApiVersion, locksPath, lockTarget, presentLock } from './target.ts';

/** `az lock list`. */
export const command = defineCommand({
  words: 'lock list',
  summary: 'List locks.',
  flags: { filter: text('--filter-string', 'A query filter.'), ...lockTarget },
  reads: true,
  async run({ flags, session }) {
    const found = await session.arm.list(locksPath(session, flags), locksApiVersion, {
      $filter: flags.filter,
    });
    return found.map(presentLock);
  },
});
