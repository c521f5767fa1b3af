import { showCommand } from '../../declare/verbs.ts';
import { arcCluster } from './noun.ts';

/** `az aksarc show`. */
export const command = showCommand(arcCluster, { words: 'aksarc show', summary: 'Show an AKS Arc cluster.' });
