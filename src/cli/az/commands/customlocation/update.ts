import { defineCommand } from '../../declaration.ts';
import { putWhole, wholeFlags } from './whole.ts';

/** `az customlocation update`: the whole of it, as `create` sends it. */
export const command = defineCommand({
  words: 'customlocation update',
  summary: 'Update a custom location.',
  flags: wholeFlags,
  run: putWhole,
});
