import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';
import { shownExtension } from './built-in.ts';

/** `az extension show`. */
export const command = defineCommand({
  words: 'extension show',
  summary: 'Show an extension.',
  flags: {
    name: required('--name -n', 'Name of the extension.'),
  },
  async run(call) {
    return shownExtension(call.flags.name, call.context);
  },
});
