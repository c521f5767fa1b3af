import { defineCommand } from '../../declaration.ts';
import { list, text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { locksApiVersion, locksPath, lockTarget } from './target.ts';

/** `az lock delete`. */
export const command = defineCommand({
  words: 'lock delete',
  summary: 'Delete a lock.',
  flags: { name: text('--name -n', 'Name of the lock.'), ids: list('--ids', 'IDs of locks.'), ...lockTarget },
  async run({ flags, session }) {
    if (flags.name === undefined && flags.ids === undefined)
      throw new AzError('usage error: --name NAME | --ids ID ...');
    const paths = flags.ids ?? [`${locksPath(session, flags)}/${encodeURIComponent(flags.name ?? '')}`];
    for (const path of paths) await session.arm.send({ method: 'DELETE', path, apiVersion: locksApiVersion });
    return undefined;
  },
});
