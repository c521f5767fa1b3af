import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';

/** `az cloud set`. */
export const command = defineCommand({
  words: 'cloud set',
  summary: 'Set the active cloud: only the estate can be.',
  flags: { name: required('--name -n', 'Name of the cloud.') },
  async run({ flags, session }) {
    const { cloudName } = session.estate;
    if (flags.name.toLowerCase() !== cloudName.toLowerCase()) {
      throw new AzError(`The cloud '${flags.name}' is not registered.`, {
        advice: [`This az talks to its own estate, '${cloudName}', only.`],
      });
    }
    return undefined;
  },
});
