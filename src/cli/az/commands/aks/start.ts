import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { cluster } from './noun.ts';
import { postAction } from './power.ts';

/** `az aks start`. */
export const command = defineCommand({
  words: 'aks start',
  summary: 'Start a previously stopped managed cluster.',
  flags: { ...cluster.names, noWait: noWait() },
  run: (call) => postAction('start', call),
});
