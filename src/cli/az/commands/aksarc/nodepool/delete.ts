import { deleteCommand } from '../../../declare/verbs.ts';
import { arcPool } from '../noun.ts';

/** `az aksarc nodepool delete`. */
export const command = deleteCommand(arcPool, {
  words: 'aksarc nodepool delete',
  summary: 'Delete a node pool of an AKS Arc cluster.',
  confirmation: true,
});
