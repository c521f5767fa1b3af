import { defineCommand } from '../../declaration.ts';
import { putWhole, wholeFlags } from './whole.ts';

/** `az customlocation create`. */
export const command = defineCommand({
  words: 'customlocation create',
  summary: 'Create a custom location.',
  flags: wholeFlags,
  run: putWhole,
});
