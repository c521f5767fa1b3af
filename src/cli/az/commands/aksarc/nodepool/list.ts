import { listChildrenCommand } from '../../../declare/verbs.ts';
import { arcPool } from '../noun.ts';

/** `az aksarc nodepool list`. */
export const command = listChildrenCommand(arcPool, {
  words: 'aksarc nodepool list',
  summary: 'List the node pools of an AKS Arc cluster.',
});
