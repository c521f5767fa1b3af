import { accessSync, chmodSync, constants, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CodedError, errorMessage, isObject, makeFolder } from '../../base/index.ts';
import type { RunningEstate } from '../../server/index.ts';
import { refuseUnfinished } from '../../server/keeping/unfinished.ts';
import { processIdentity } from '../../server/process-identity.ts';
import { UsageError } from './declaration.ts';

/** Where things stand inside a home folder. */
export function homeFiles(home: string) {
  return {
    database: join(home, 'drydock.db'),
    authority: join(home, 'ca.pem'),
    authorityKey: join(home, 'ca-key.pem'),
    controlToken: join(home, 'control-token'),
    administratorPassword: join(home, 'administrator-password'),
    running: join(home, 'running.json'),
    settings: join(home, 'settings.json'),
    log: join(home, 'logs', 'drydock.log'),
    audit: join(home, 'logs', 'audit.jsonl'),
    kubeAudit: join(home, 'logs', 'kube-audit.log'),
    azureConfig: join(home, 'cli', 'azure'),
    systemAzureConfig: join(home, 'cli', 'azure-system'),
    kubeconfig: join(home, 'cli', 'kubeconfig'),
    programs: join(home, 'bin'),
  } as const;
}

export type HomeFiles = ReturnType<typeof homeFiles>;

/** Makes the home when there is none. Refuses one that cannot be written, with the way out. */
export function makeHome(home: string): void {
  try {
    if (existsSync(home)) closeHome(home);
    refuseUnfinished(home, homeFiles(home).database);
    makeFolder(dirname(homeFiles(home).log));
    accessSync(home, constants.W_OK);
  } catch (thrown) {
    if (thrown instanceof UsageError || thrown instanceof CodedError) throw thrown;
    throw new UsageError(
      `the home ${home} cannot be used: ${errorMessage(thrown)}. Pick another with --home DIR or DRYDOCK_HOME.`,
      1,
    );
  }
}

/**
 * A home holds keys. One that others may enter is closed to them when it is clearly Drydock's (empty, or with its files
 * in it), else refused; so is a link, and a folder of somebody else.
 */
export function closeHome(home: string): void {
  const found = lstatSync(home);
  const refuse = (what: string, advice: string) => new UsageError(`the home ${home} ${what}. ${advice}`, 1);
  if (found.isSymbolicLink()) throw refuse('is a link', 'Name the folder itself with --home DIR.');
  const own = process.geteuid?.();
  if (own !== undefined && found.uid !== own) {
    throw refuse(`belongs to user ${found.uid}`, 'Run as that user, or pick another with --home DIR.');
  }
  if ((found.mode & 0o077) === 0) return;
  const names = readdirSync(home);
  const foreign = names.length > 0 && !names.some((name) => ownNames.has(name));
  if (foreign) {
    throw refuse(
      'holds files of others and can be read by others',
      `Run: chmod 700 ${home}, or pick another with --home DIR.`,
    );
  }
  chmodSync(home, 0o700);
}

const ownNames = new Set(['drydock.db', 'settings.json', 'kube.db', 'kubeconfig', 'logs']);

/** The server of this home, when its process lives. */
export function readRunning(home: string): RunningEstate | undefined {
  const found = readJson(homeFiles(home).running);
  if (!isRunning(found)) return undefined;
  return processIdentity(found.pid) === found.process ? found : undefined;
}

function isRunning(value: unknown): value is RunningEstate {
  return isObject(value) && typeof value['pid'] === 'number' && typeof value['process'] === 'string';
}

/** The JSON in a file, or undefined when there is none that can be read. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
