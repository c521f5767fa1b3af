import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage, makeFolder } from '../../../../base/index.ts';
import type { AzContext } from '../../context.ts';
import { AzError } from '../../errors.ts';
import { expandHome } from '../../parse/files.ts';

interface KeyChoice {
  /** Key text or file; undefined: the person's own key when there is one. */
  readonly typed: string | undefined;
  readonly generate: boolean;
  readonly warn: (message: string) => void;
}

const openSshKey = /^(ssh-(rsa|ed25519)|ecdsa-sha2-\S+) [A-Za-z0-9+/]+={0,2}(\s|$)/;

/** The public key to send: typed, from a file, or `~/.ssh/id_rsa.pub`, which is made when asked for. */
export function publicKeyOf(context: AzContext, { typed, generate, warn }: KeyChoice): string | undefined {
  const standard = join(context.homeDirectory, '.ssh', 'id_rsa.pub');
  const path = typed === undefined ? standard : expandHome(typed, context);
  if (typed !== undefined && openSshKey.test(typed.trim())) return typed.trim();
  if (existsSync(path)) {
    const key = readFileSync(path, 'utf8').trim();
    if (openSshKey.test(key)) return key;
    throw new AzError(`An RSA key file or key value must be supplied to SSH Key Value. ${path} holds none.`);
  }
  if (generate) return generateKey(typed === undefined ? standard : path, warn);
  if (typed === undefined) return undefined;
  throw new AzError(
    'An RSA key file or key value must be supplied to SSH Key Value. You can use --generate-ssh-keys to let CLI generate one for you',
  );
}

function generateKey(publicPath: string, warn: (message: string) => void): string {
  const privatePath = publicPath.endsWith('.pub')
    ? publicPath.slice(0, -'.pub'.length)
    : `${publicPath}.private`;
  makeFolder(dirname(publicPath));
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '3072', '-N', '', '-f', privatePath], {
      stdio: 'pipe',
    });
  } catch (thrown) {
    throw new AzError(`ssh-keygen could not make a key: ${errorMessage(thrown)}`);
  }
  warn(
    `SSH key files '${privatePath}' and '${privatePath}.pub' have been generated under ~/.ssh to allow SSH access to the VM. If using machines without permanent storage like Azure Cloud Shell without an attached file share, back up your keys to a safe location`,
  );
  return readFileSync(`${privatePath}.pub`, 'utf8').trim();
}
