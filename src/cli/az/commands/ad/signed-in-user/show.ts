import { defineCommand } from '../../../declaration.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad signed-in-user show`. */
export const command = defineCommand({
  words: 'ad signed-in-user show',
  summary: 'Show the signed-in user.',
  flags: {},
  reads: true,
  examples: [
    { text: "Show the signed-in user's object id.", command: 'az ad signed-in-user show --query id -o tsv' },
  ],
  run: ({ session }) => callGraph(session, { method: 'GET', path: '/me' }),
});
