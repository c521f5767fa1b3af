import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { agentPool } from '../noun.ts';
import { changePool, demandPool } from './change.ts';

/** `az aks nodepool start`. */
export const command = defineCommand({
  words: 'aks nodepool start',
  summary: 'Start a stopped node pool.',
  flags: { ...agentPool.names, noWait: noWait() },
  async run(call) {
    await demandPool(call);
    return changePool(call, (properties) => ({ ...properties, powerState: { code: 'Running' } }));
  },
});
