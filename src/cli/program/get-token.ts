import { spawn } from 'node:child_process';
import { isObject } from '../../base/index.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { findOnPath } from './environment.ts';
import { homeFiles } from './home.ts';
import { ownAzText } from './own-az.ts';

/**
 * kubectl's exec credential plugin. It answers with a token of whoever is signed in to az: the profile that
 * AZURE_CONFIG_DIR names, else the one of this home. Tokens are cached and renewed by that profile.
 */
export async function run(call: VerbCall): Promise<number> {
  const serverId = call.options['server-id'];
  if (typeof serverId !== 'string') throw new UsageError('--server-id is required.');
  const login = call.options['login'] ?? 'azurecli';
  if (login !== 'azurecli') {
    throw new UsageError(
      `--login ${login} is not supported: sign in with 'az login' and use --login azurecli.`,
    );
  }
  const answer = await accessToken(call.home, serverId);
  const credential = {
    apiVersion: requestedVersion(),
    kind: 'ExecCredential',
    status: {
      expirationTimestamp: new Date(Number(answer['expires_on']) * 1000)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      token: answer['accessToken'],
    },
  };
  process.stdout.write(`${JSON.stringify(credential)}\n`);
  return 0;
}

/** kubectl tells which version of the protocol its kubeconfig asks for. */
function requestedVersion(): string {
  const info = process.env['KUBERNETES_EXEC_INFO'];
  if (!info) return 'client.authentication.k8s.io/v1beta1';
  const parsed: unknown = JSON.parse(info);
  return isObject(parsed) && typeof parsed['apiVersion'] === 'string'
    ? parsed['apiVersion']
    : 'client.authentication.k8s.io/v1beta1';
}

async function accessToken(home: string, serverId: string): Promise<Record<string, unknown>> {
  const files = homeFiles(home);
  const words = ['account', 'get-access-token', '--resource', serverId, '--output', 'json'];
  const text =
    process.env['AZURE_CONFIG_DIR'] === files.systemAzureConfig
      ? await askSystemAz(words, files.programs)
      : await ownAzText({ configFolder: process.env['AZURE_CONFIG_DIR'] ?? files.azureConfig, words });
  const parsed: unknown = JSON.parse(text);
  if (!isObject(parsed)) throw new UsageError('az answered no token.', 1);
  return parsed;
}

function askSystemAz(words: readonly string[], ownPrograms: string): Promise<string> {
  const az = findOnPath('az', [ownPrograms]);
  if (!az) throw new UsageError('there is no az on PATH to ask for a token.', 1);
  const child = spawn(az, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(printed).toString('utf8'));
      else reject(new UsageError('no token: az said why above.', 1));
    });
  });
}
