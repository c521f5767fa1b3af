import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { cloudOf } from './shape.ts';

/** `az cloud show`. */
export const command = defineCommand({
  words: 'cloud show',
  summary: 'Show the endpoints of the cloud.',
  flags: { name: text('--name -n', 'Name of the cloud.') },
  reads: true,
  examples: [
    {
      text: 'Show where Resource Manager is.',
      command: 'az cloud show --query endpoints.resourceManager -o tsv',
    },
  ],
  async run({ flags, session: { estate } }) {
    if (flags.name !== undefined && flags.name.toLowerCase() !== estate.cloudName.toLowerCase()) {
      throw new AzError(`The cloud '${flags.name}' is not registered.`);
    }
    return cloudOf(estate);
  },
});
