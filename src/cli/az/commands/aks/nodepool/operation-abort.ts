import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { agentPool } from '../noun.ts';
import { demandPool } from './change.ts';

/** `az aks nodepool operation-abort`. */
export const command = defineCommand({
  words: 'aks nodepool operation-abort',
  summary: 'Abort last running operation on nodepool.',
  flags: { ...agentPool.names, noWait: noWait() },
  async run(call) {
    await demandPool(call);
    await call.session.arm.long({
      method: 'POST',
      path: `${pathOf(agentPool, call)}/abort`,
      apiVersion: agentPool.apiVersion,
      noWait: call.flags.noWait,
    });
    return undefined;
  },
});
