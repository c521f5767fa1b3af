import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { reconcileResource } from '../../declare/patch.ts';
import { fleet } from './noun.ts';

/** `az fleet reconcile`. */
export const command = defineCommand({
  words: 'fleet reconcile',
  summary: 'Bring a fleet back to its declared state.',
  flags: { ...fleet.names, noWait: noWait() },
  examples: [
    { text: 'Reconcile a fleet.', command: 'az fleet reconcile -g MyFleetResourceGroup -n MyFleetName' },
  ],
  run: (call) => reconcileResource(fleet, call),
});
