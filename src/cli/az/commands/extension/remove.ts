import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { builtIn, notInstalled } from './built-in.ts';

/** `az extension remove`. */
export const command = defineCommand({
  words: 'extension remove',
  summary: 'Remove an extension. Those of Drydock are built in and stay.',
  flags: {
    name: required('--name -n', 'Name of the extension.'),
  },
  async run(call) {
    const { name } = call.flags;
    if (!Object.hasOwn(builtIn, name)) throw notInstalled(name);
    throw new AzError(`The extension ${name} is built in and cannot be removed.`);
  },
});
