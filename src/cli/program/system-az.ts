import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from '../../base/index.ts';
import type { RunningEstate } from '../../server/index.ts';
import { callControl } from './control.ts';
import { UsageError } from './declaration.ts';
import { findOnPath, shellVariables, systemPrograms } from './environment.ts';
import { homeFiles } from './home.ts';
import { inTurn } from './turn.ts';

const cloudName = 'Drydock';

/**
 * Registers our cloud with the unmodified az and signs in as the administrator, all inside the home. Done once per
 * home and address; a marker file remembers for which.
 */
export async function signInSystemAz(home: string, running: RunningEstate): Promise<void> {
  const files = homeFiles(home);
  const az = findOnPath('az', [files.programs, systemPrograms(home)]);
  if (!az) {
    throw new UsageError(
      'there is no az on PATH. Install azure-cli, or leave out --az system to use ours.',
      1,
    );
  }
  const marker = join(files.systemAzureConfig, 'drydock-signed-in');
  const wanted = `${running.resourceManager} ${az}\n`;
  if (readMarker(marker) === wanted) return;
  await inTurn(`${files.systemAzureConfig}.lock`, async () => {
    // Another process may have done it meanwhile; two at once would spoil the profile.
    if (readMarker(marker) === wanted) return;
    await signIn(home, running, az);
    writeFileSync(marker, wanted, { mode: 0o600 });
  });
}

async function signIn(home: string, running: RunningEstate, az: string): Promise<void> {
  const files = homeFiles(home);
  makeFolder(files.systemAzureConfig);
  const status = await callControl(home, { method: 'GET', path: 'status' });
  const environment = { ...process.env, ...shellVariables(home, running, 'system') };
  const call = (words: readonly string[], allowFailure = false) =>
    runAz({ az, words, environment, folder: home, allowFailure });
  await call(['cloud', 'unregister', '-n', cloudName], true);
  await call(['cloud', 'register', '-n', cloudName, '--endpoint-resource-manager', running.resourceManager]);
  await call(['cloud', 'set', '-n', cloudName]);
  // By file, since everybody on the machine sees a command line; by its bare name, since az takes no '=' in the path.
  const password = `@${basename(files.administratorPassword)}`;
  await call(['login', '-u', String(status['signedInUser']), '-p', password]);
}

function readMarker(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function runAz(call: {
  az: string;
  words: readonly string[];
  environment: NodeJS.ProcessEnv;
  folder: string;
  allowFailure: boolean;
}): Promise<void> {
  const child = spawn(call.az, call.words, {
    env: call.environment,
    cwd: call.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || call.allowFailure) resolve();
      else {
        const shown = `az ${call.words.slice(0, 2).join(' ')}`;
        reject(new UsageError(`'${shown}' failed:\n${Buffer.concat(errors).toString('utf8')}`, 1));
      }
    });
  });
}
