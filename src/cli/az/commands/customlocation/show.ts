import { showCommand } from '../../declare/verbs.ts';
import { customLocation } from './noun.ts';

/** `az customlocation show`. */
export const command = showCommand(customLocation, {
  words: 'customlocation show',
  summary: 'Show a custom location.',
});
