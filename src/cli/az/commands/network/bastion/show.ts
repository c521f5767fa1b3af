import { showCommand } from '../../../declare/verbs.ts';
import { bastion } from './noun.ts';

/** `az network bastion show`. */
export const command = showCommand(bastion, {
  words: 'network bastion show',
  summary: 'Show a Bastion host.',
});
