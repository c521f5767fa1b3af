import { waitCommand } from '../../declare/verbs.ts';
import { arcCluster } from './noun.ts';

/** `az aksarc wait`. */
export const command = waitCommand(arcCluster, {
  words: 'aksarc wait',
  summary: 'Wait until a condition of the AKS Arc cluster is met.',
  sees: 'wire',
});
