import { showCommand } from '../../declare/verbs.ts';
import { cluster, clusterTable } from './noun.ts';

/** `az aks show`. */
export const command = showCommand(cluster, {
  words: 'aks show',
  summary: 'Show the details of a managed Kubernetes cluster.',
  table: clusterTable,
});
