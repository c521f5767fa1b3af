import { listChildrenCommand } from '../../../declare/verbs.ts';
import { agentPool, agentPoolTable } from '../noun.ts';

/** `az aks nodepool list`. */
export const command = listChildrenCommand(agentPool, {
  words: 'aks nodepool list',
  summary: 'List the node pools of a cluster.',
  table: agentPoolTable,
});
