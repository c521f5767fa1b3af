import { deleteCommand } from '../../../declare/verbs.ts';
import { publicIp } from './noun.ts';

/** `az network public-ip delete`. */
export const command = deleteCommand(publicIp, {
  words: 'network public-ip delete',
  summary: 'Delete a public IP address.',
  noWait: false,
});
