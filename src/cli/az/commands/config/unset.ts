import { defineCommand } from '../../declaration.ts';
import { AzError } from '../../errors.ts';
import { configNotice, splitKey } from './shape.ts';

/** `az config unset`. */
export const command = defineCommand({
  words: 'config unset',
  summary: 'Remove settings.',
  flags: {},
  positional: { name: '<KEY>', help: 'Settings to remove, each in the form of `<section>.<key>`.' },
  notice: configNotice,
  async run({ words, session }) {
    for (const word of words) {
      const { section, key } = splitKey(word);
      if (key === undefined) throw new AzError('usage error: [section].[name] ...');
      session.config.unset(section, key);
    }
    return undefined;
  },
});
