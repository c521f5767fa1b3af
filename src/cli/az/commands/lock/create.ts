import { defineCommand } from '../../declaration.ts';
import { required, text } from '../../declare/flags.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { lockName, locksApiVersion, locksPath, lockTarget, presentLock } from './target.ts';

/** `az lock create`. */
export const command = defineCommand({
  words: 'lock create',
  summary: 'Create a lock.',
  flags: {
    name: lockName,
    level: required('--lock-type -t', 'What the lock forbids.', { choices: ['CanNotDelete', 'ReadOnly'] }),
    notes: text('--notes', 'Notes about the lock.'),
    ...lockTarget,
  },
  examples: [
    { text: 'Lock a group.', command: 'az lock create -n MyLock -t CanNotDelete -g MyResourceGroup' },
  ],
  async run({ flags, session }) {
    const answer = await session.arm.send({
      method: 'PUT',
      path: `${locksPath(session, flags)}/${encodeURIComponent(flags.name)}`,
      apiVersion: locksApiVersion,
      body: {
        properties: { level: flags.level, ...(flags.notes === undefined ? {} : { notes: flags.notes }) },
      },
    });
    return presentLock(jsonObject(answer));
  },
});
