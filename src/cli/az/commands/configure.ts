import { defineCommand } from '../declaration.ts';
import { list, toggle } from '../declare/flags.ts';
import { AzError } from '../errors.ts';

/** `az configure`. */
export const command = defineCommand({
  words: 'configure',
  summary: 'Set or list defaults of common options.',
  flags: {
    defaults: list('--defaults -d', "Space-separated 'name=value' pairs for common argument defaults."),
    listDefaults: toggle('--list-defaults -l', 'List all defaults.'),
  },
  examples: [
    { text: 'Set the default resource group.', command: 'az configure --defaults group=MyResourceGroup' },
    { text: 'Clear the default resource group.', command: "az configure --defaults group=''" },
  ],
  async run({ flags, session: { config } }) {
    if (flags.defaults) {
      for (const word of flags.defaults) {
        const cut = word.indexOf('=');
        if (cut < 1) throw new AzError('usage error: --defaults STRING=STRING STRING=STRING ...');
        config.set('defaults', word.slice(0, cut), word.slice(cut + 1));
      }
      return undefined;
    }
    if (flags.listDefaults) return config.settings('defaults');
    throw new AzError('usage error: --defaults NAME=VALUE ... | --list-defaults', {
      advice: ['All other settings: az config set, az config get.'],
    });
  },
});
