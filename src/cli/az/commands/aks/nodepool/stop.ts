import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { agentPool } from '../noun.ts';
import { changePool, demandPool } from './change.ts';

/** `az aks nodepool stop`. */
export const command = defineCommand({
  words: 'aks nodepool stop',
  summary: 'Stop a running node pool.',
  flags: { ...agentPool.names, noWait: noWait() },
  async run(call) {
    await demandPool(call);
    return changePool(call, (properties) => ({ ...properties, powerState: { code: 'Stopped' } }));
  },
});
