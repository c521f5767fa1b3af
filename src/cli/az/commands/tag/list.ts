import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { tagsApiVersion, tagsPath } from './target.ts';

/** `az tag list`. */
export const command = defineCommand({
  words: 'tag list',
  summary: 'List the tags of a resource, group or subscription.',
  flags: {
    id: text(
      '--resource-id',
      'ID of what carries the tags. Without it: the names of all tags in the subscription.',
    ),
  },
  reads: true,
  run: ({ flags, session }) =>
    flags.id === undefined
      ? session.arm.list(`/subscriptions/${session.subscriptionId}/tagNames`, tagsApiVersion)
      : session.arm.get(tagsPath(flags.id), tagsApiVersion),
});
