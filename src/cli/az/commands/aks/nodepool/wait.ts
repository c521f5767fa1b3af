import { waitCommand } from '../../../declare/verbs.ts';
import { agentPool } from '../noun.ts';

/** `az aks nodepool wait`. */
export const command = waitCommand(agentPool, {
  words: 'aks nodepool wait',
  summary: 'Wait until a condition of the node pool is met.',
  sees: 'presented',
});
