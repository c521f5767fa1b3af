import { waitCommand } from '../../../declare/verbs.ts';
import { arcPool } from '../noun.ts';

/** `az aksarc nodepool wait`. */
export const command = waitCommand(arcPool, {
  words: 'aksarc nodepool wait',
  summary: 'Wait until a condition of the node pool is met.',
  sees: 'wire',
});
