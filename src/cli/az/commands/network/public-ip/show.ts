import { showCommand } from '../../../declare/verbs.ts';
import { publicIp, publicIpTable } from './noun.ts';

/** `az network public-ip show`. */
export const command = showCommand(publicIp, {
  words: 'network public-ip show',
  summary: 'Get the details of a public IP address.',
  table: publicIpTable,
});
