import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage, isObject } from '../../base/index.ts';
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
    mkdirSync(dirname(homeFiles(home).log), { recursive: true, mode: 0o700 });
    accessSync(home, constants.W_OK);
  } catch (thrown) {
    throw new UsageError(
      `the home ${home} cannot be used: ${errorMessage(thrown)}. Pick another with --home DIR or DRYDOCK_HOME.`,
      1,
    );
  }
}

/** What a running server writes into its home once it answers. */
export interface Running {
  readonly pid: number;
  /** Tells this process from a later one with the same number. */
  readonly process: string;
  readonly port: number;
  readonly version: string;
  readonly resourceManager: string;
  readonly login: string;
  readonly graph: string;
}

/** The server of this home, when its process lives. */
export function readRunning(home: string): Running | undefined {
  const found = readJson(homeFiles(home).running);
  if (!isRunning(found)) return undefined;
  return processIdentity(found.pid) === found.process ? found : undefined;
}

function isRunning(value: unknown): value is Running {
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
