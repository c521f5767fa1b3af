import { defineCommand } from '../../declaration.ts';
import { AzError } from '../../errors.ts';
import { configNotice, splitKey } from './shape.ts';

/** `az config get`. */
export const command = defineCommand({
  words: 'config get',
  summary: 'Get one setting, the settings of a section, or all.',
  flags: {},
  positional: { name: 'KEY', help: '`<section>.<key>` or `<section>`; all settings if not given.' },
  notice: configNotice,
  reads: true,
  examples: [{ text: 'Get the default resource group.', command: 'az config get defaults.group' }],
  async run({ words, session: { config } }) {
    const [name] = words;
    if (name === undefined) {
      return Object.fromEntries(config.sections().map((section) => [section, config.settings(section)]));
    }
    const { section, key } = splitKey(name);
    const settings = config.settings(section);
    if (key === undefined) return settings;
    const found = settings.find((one) => one.name === key.toLowerCase());
    if (!found) throw new AzError(`Configuration '${name}' is not set.`);
    return found;
  },
});
