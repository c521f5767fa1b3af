import { showCommand } from '../../declare/verbs.ts';
import { connectedCluster, connectedTable } from './noun.ts';

/** `az connectedk8s show`. */
export const command = showCommand(connectedCluster, {
  words: 'connectedk8s show',
  summary: 'Show a connected cluster.',
  table: connectedTable,
});
