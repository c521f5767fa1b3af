import { showCommand } from '../../../declare/verbs.ts';
import { agentPool, agentPoolTable } from '../noun.ts';

/** `az aks nodepool show`. */
export const command = showCommand(agentPool, {
  words: 'aks nodepool show',
  summary: 'Show a node pool.',
  table: agentPoolTable,
});
