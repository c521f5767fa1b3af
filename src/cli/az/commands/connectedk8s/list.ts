import { listCommand } from '../../declare/verbs.ts';
import { connectedCluster, connectedTable } from './noun.ts';

/** `az connectedk8s list`. */
export const command = listCommand(connectedCluster, {
  words: 'connectedk8s list',
  summary: 'List connected clusters.',
  table: connectedTable,
});
