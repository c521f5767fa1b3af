import { showCommand } from '../../../declare/verbs.ts';
import { arcPool } from '../noun.ts';

/** `az aksarc nodepool show`. */
export const command = showCommand(arcPool, {
  words: 'aksarc nodepool show',
  summary: 'Show a node pool of an AKS Arc cluster.',
});
