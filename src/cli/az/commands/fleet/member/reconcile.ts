import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { reconcileResource } from '../../../declare/patch.ts';
import { member } from '../noun.ts';

/** `az fleet member reconcile`. */
export const command = defineCommand({
  words: 'fleet member reconcile',
  summary: 'Bring a member back to its declared state; joins it to a hub that was added later.',
  flags: { ...member.names, noWait: noWait() },
  run: (call) => reconcileResource(member, call),
});
