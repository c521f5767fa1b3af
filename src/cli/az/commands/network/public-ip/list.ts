import { listCommand } from '../../../declare/verbs.ts';
import { publicIp, publicIpTable } from './noun.ts';

/** `az network public-ip list`. */
export const command = listCommand(publicIp, {
  words: 'network public-ip list',
  summary: 'List public IP addresses.',
  table: publicIpTable,
});
