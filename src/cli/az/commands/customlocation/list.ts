import { listCommand } from '../../declare/verbs.ts';
import { customLocation } from './noun.ts';

/** `az customlocation list`. */
export const command = listCommand(customLocation, {
  words: 'customlocation list',
  summary: 'List custom locations.',
});
