import { deleteCommand } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';

/** `az aks delete`. */
export const command = deleteCommand(cluster, {
  words: 'aks delete',
  summary: 'Delete a managed Kubernetes cluster.',
  confirmation: true,
});
