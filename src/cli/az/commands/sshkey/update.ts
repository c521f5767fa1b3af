import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { tags, text } from '../../declare/flags.ts';
import { patchResource } from '../../declare/patch.ts';
import { sshkey } from './noun.ts';

/** `az sshkey update`. */
export const command = defineCommand({
  words: 'sshkey update',
  summary: 'Update an SSH public key resource.',
  flags: { ...sshkey.names, tags: tags(), publicKey: text('--public-key', 'Public key: text.') },
  ids: { parts: Object.keys(sshkey.names), style: 'sdk' },
  async run(call) {
    const { tags: given, publicKey } = call.flags;
    const body: JsonObject = {
      ...(given && typeof given === 'object' ? { tags: { ...given } } : {}),
      ...(typeof publicKey === 'string' ? { properties: { publicKey } } : {}),
    };
    return patchResource(sshkey, call, body);
  },
});
