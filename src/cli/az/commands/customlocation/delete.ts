import { deleteCommand } from '../../declare/verbs.ts';
import { customLocation } from './noun.ts';

/** `az customlocation delete`. */
export const command = deleteCommand(customLocation, {
  words: 'customlocation delete',
  summary: 'Delete a custom location.',
  confirmation: true,
});
