import { defineCommand } from '../../declaration.ts';
import { AzError } from '../../errors.ts';
import { configNotice } from './shape.ts';

/** `az config set`. */
export const command = defineCommand({
  words: 'config set',
  summary: 'Set settings.',
  flags: {},
  positional: {
    name: '<KEY_VALUE>',
    help: 'Space-separated settings in the form of `<section>.<key>=<value>`.',
  },
  notice: configNotice,
  examples: [
    { text: 'Set the default resource group.', command: 'az config set defaults.group=MyResourceGroup' },
  ],
  async run({ words, session }) {
    const settings = words.map((word) => {
      const [, section, key, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(word) ?? [];
      if (section === undefined || key === undefined) {
        throw new AzError('usage error: [section].[name]=[value] ...');
      }
      return { section, key, value: value ?? '' };
    });
    for (const { section, key, value } of settings) session.config.set(section, key, value);
    return undefined;
  },
});
