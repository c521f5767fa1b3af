import { defineCommand } from '../../declaration.ts';
import { builtIn, shownExtension } from './built-in.ts';

/** `az extension list`. */
export const command = defineCommand({
  words: 'extension list',
  summary: 'List the extensions; those of Drydock are built in.',
  flags: {},
  async run({ context }) {
    return Object.keys(builtIn).map((name) => shownExtension(name, context));
  },
});
