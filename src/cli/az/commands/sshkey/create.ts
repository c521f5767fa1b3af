import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, makeFolder } from '../../../../base/index.ts';
import { writePrivately } from '../../../private-file.ts';
import { defineCommand } from '../../declaration.ts';
import { location, required, resourceGroup, tags, text, textOr } from '../../declare/flags.ts';
import { getResource, pathOf, putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { expandHome } from '../../parse/files.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { sshkey } from './noun.ts';

/** `az sshkey create`. */
export const command = defineCommand({
  words: 'sshkey create',
  summary: 'Create an SSH public key resource; makes a key pair when no key is given.',
  flags: {
    name: required('--name --ssh-public-key-name -n', 'The name of the SSH public key.'),
    resourceGroup: resourceGroup(),
    location: location(),
    tags: tags(),
    publicKey: text('--public-key', 'Public key: text or file.'),
    encryptionType: textOr('--encryption-type', 'Type of the key pair to be made.', 'RSA', {
      choices: ['Ed25519', 'RSA'],
    }),
  },
  examples: [{ text: 'Create a key pair.', command: 'az sshkey create -g MyResourceGroup -n MyKey' }],
  async run(call) {
    const { flags, context, session } = call;
    const folder = join(context.homeDirectory, '.ssh');
    // As ssh-keygen makes it: nobody else looks in.
    if (flags.publicKey === undefined) makeFolder(folder);
    const key =
      flags.publicKey === undefined
        ? undefined
        : keyText(expandHome(flags.publicKey, context), flags.publicKey);
    const created = await putResource(sshkey, call, {
      location: await locationOrGroups(session, flags.location, flags.resourceGroup),
      ...(flags.tags ? { tags: flags.tags } : {}),
      ...(key === undefined ? {} : { properties: { publicKey: key } }),
    });
    if (key !== undefined) return created;
    call.warn('No public key is provided. A key pair is being generated for you.');
    const pair = await session.arm.post(`${pathOf(sshkey, call)}/generateKeyPair`, sshkey.apiVersion, {
      encryptionType: flags.encryptionType,
    });
    if (!isObject(pair)) throw new AzError('The service handed out no key pair.');
    const file = join(folder, `${Math.floor(context.clock.now() / 1000)}_${flags.name}`);
    writePrivately(file, String(pair['privateKey'] ?? ''));
    writeFileSync(`${file}.pub`, String(pair['publicKey'] ?? ''), { mode: 0o644 });
    call.warn(`Private key is saved to "${file}".`);
    call.warn(`Public key is saved to "${file}.pub".`);
    return sshkey.present(await getResource(sshkey, call));
  },
});

function keyText(path: string, typed: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : typed;
}
