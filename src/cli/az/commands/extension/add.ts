import { defineCommand } from '../../declaration.ts';
import { text, toggle } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { builtIn, notToBeHad } from './built-in.ts';

/** `az extension add`. */
export const command = defineCommand({
  words: 'extension add',
  summary: 'Add an extension. Those of Drydock are built in: they are there already.',
  flags: {
    name: text('--name -n', 'Name of the extension.'),
    upgrade: toggle('--upgrade', 'Update the extension when it is there.'),
    version: text('--version', 'The version wanted; the built-in one stays.'),
    allowPreview: text('--allow-preview', 'Taken and without effect: nothing is installed.'),
    yes: toggle('--yes -y', 'Do not prompt for confirmation.'),
  },
  async run(call) {
    const { name, upgrade } = call.flags;
    if (!name) throw new AzError('usage error: --name NAME | --source SOURCE');
    if (!Object.hasOwn(builtIn, name)) throw notToBeHad(name);
    if (upgrade) call.warn(`Latest version of '${name}' is already installed.`);
    else call.warn(`Extension '${name}' ${builtIn[name]} is already installed.`);
    return undefined;
  },
});
