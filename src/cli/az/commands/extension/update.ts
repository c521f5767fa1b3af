import { defineCommand } from '../../declaration.ts';
import { required, text } from '../../declare/flags.ts';
import { builtIn, notInstalled } from './built-in.ts';

/** `az extension update`. */
export const command = defineCommand({
  words: 'extension update',
  summary: 'Update an extension. Those of Drydock are as new as the program.',
  flags: {
    name: required('--name -n', 'Name of the extension.'),
    allowPreview: text('--allow-preview', 'Taken and without effect: nothing is installed.'),
  },
  async run(call) {
    const { name } = call.flags;
    if (!Object.hasOwn(builtIn, name)) throw notInstalled(name);
    call.warn(`Latest version of '${name}' is already installed.`);
    return undefined;
  },
});
