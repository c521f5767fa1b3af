import { defineCommand } from '../declaration.ts';
import { versionDocument } from '../version.ts';

/** `az version`. */
export const command = defineCommand({
  words: 'version',
  summary: 'Show the version of azure-cli that these commands follow.',
  flags: {},
  async run() {
    return versionDocument();
  },
});
