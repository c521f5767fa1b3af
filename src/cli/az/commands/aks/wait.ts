import { waitCommand } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';

/** `az aks wait`. */
export const command = waitCommand(cluster, {
  words: 'aks wait',
  summary: 'Wait until a condition of the cluster is met.',
  sees: 'presented',
});
