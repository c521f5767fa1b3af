import { waitCommand } from '../../../declare/verbs.ts';
import { bastion } from './noun.ts';

/** `az network bastion wait`. */
export const command = waitCommand(bastion, {
  words: 'network bastion wait',
  summary: 'Wait until a condition of the Bastion host is met.',
  sees: 'wire',
});
