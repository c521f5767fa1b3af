import { listCommand } from '../../declare/verbs.ts';
import { cluster, clusterTable } from './noun.ts';

/** `az aks list`. */
export const command = listCommand(cluster, {
  words: 'aks list',
  summary: 'List managed Kubernetes clusters.',
  table: clusterTable,
});
