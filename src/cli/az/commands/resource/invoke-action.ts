import { type Json, parseJson } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { noWait, required, text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { onEach, resourceTarget } from './target.ts';

/** `az resource invoke-action`. */
export const command = defineCommand({
  words: 'resource invoke-action',
  summary: 'Run an action of a resource.',
  flags: {
    ...resourceTarget,
    action: required('--action', 'Name of the action, e.g. listCredentials.'),
    body: text('--request-body', 'Body of the request as JSON.'),
    noWait: noWait(),
  },
  run: ({ flags, session }) =>
    onEach(session, flags, ({ id, apiVersion }) =>
      session.arm.long({
        method: 'POST',
        path: `${id}/${encodeURIComponent(flags.action)}`,
        apiVersion,
        noWait: flags.noWait,
        ...(flags.body === undefined ? {} : { body: readBody(flags.body) }),
      }),
    ),
});

function readBody(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new AzError('--request-body is not valid JSON.');
  }
}
