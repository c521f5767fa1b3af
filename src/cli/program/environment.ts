import { accessSync, chmodSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makeFolder } from '../../base/index.ts';
import type { RunningEstate } from '../../server/index.ts';
import { arcProxyFiles } from './arc-proxy/place.ts';
import { UsageError } from './declaration.ts';
import { type HomeFiles, homeFiles } from './home.ts';
import { launcher } from './package.ts';
import { shellQuote } from './shell-quote.ts';

/** Which az a shell gets: ours, or the unmodified one that is on PATH. */
export type AzKind = 'own' | 'system';

export function azKind(option: string | boolean | undefined): AzKind {
  if (option === undefined || option === 'own') return 'own';
  if (option === 'system') return 'system';
  throw new UsageError(`--az takes own or system, not '${option}'.`);
}

/** Variables for a shell or a child process; the person's own az login and kubeconfig stay untouched. */
export function shellVariables(home: string, running: RunningEstate, kind: AzKind): Record<string, string> {
  const files = homeFiles(home);
  const shared = {
    DRYDOCK_HOME: home,
    KUBECONFIG: files.kubeconfig,
    NODE_EXTRA_CA_CERTS: files.authority,
    DRYDOCK_CA_FILE: files.authority,
    DRYDOCK_RESOURCE_MANAGER: running.resourceManager,
  };
  if (kind === 'own') {
    writeOwnPrograms(files);
    return { ...shared, AZURE_CONFIG_DIR: files.azureConfig, PATH: prefixedPath(files.programs) };
  }
  const folder = systemPrograms(home);
  writeProgram(join(folder, 'drydock'), `exec "${launcher()}" "$@"`);
  const personHome = writeSystemAz(home, folder);
  return {
    ...shared,
    KUBECONFIG: join(personHome, '.kube', 'config'),
    AZURE_CONFIG_DIR: files.systemAzureConfig,
    PATH: prefixedPath(folder),
    // What az needs to trust our CA, for its own calls and for the Bastion WebSocket.
    REQUESTS_CA_BUNDLE: files.authority,
    WEBSOCKET_CLIENT_CA_BUNDLE: files.authority,
    // What would otherwise leave the machine.
    AZURE_CORE_INSTANCE_DISCOVERY: 'false',
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    AZURE_EXTENSION_USE_DYNAMIC_INSTALL: 'no',
    AZURE_CORE_LOGIN_EXPERIENCE_V2: 'off',
    AZURE_CORE_CHECK_FOR_UPDATES: 'no',
  };
}

/** Programs of a shell with the unmodified az. */
export function systemPrograms(home: string): string {
  return join(home, 'bin-system');
}

/**
 * Some extensions of az write `~/.kube/config` whatever KUBECONFIG says. The az of the shell runs with a home folder inside ours, so that
 * the person's own file stays as it is; its kubeconfig is the shell's. Answers that folder.
 */
function writeSystemAz(home: string, folder: string): string {
  const personHome = join(home, 'cli', 'person');
  makeFolder(join(personHome, '.kube'));
  const az = findOnPath('az', [folder, join(home, 'bin')]);
  if (az) {
    for (const file of arcProxyFiles(home, personHome))
      writeProgram(file, `exec "${launcher()}" arc-proxy --home ${shellQuote(home)} "$@"`);
    const environment = `PYTHONUSERBASE="\${PYTHONUSERBASE:-$HOME/.local}" HOME=${shellQuote(personHome)}`;
    writeProgram(join(folder, 'az'), `${environment} exec ${shellQuote(az)} "$@"`);
  }
  return personHome;
}

function prefixedPath(folder: string): string {
  const rest = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== folder);
  return [folder, ...rest].join(delimiter);
}

function writeOwnPrograms(files: HomeFiles): void {
  writeProgram(join(files.programs, 'az'), `exec "${launcher()}" az "$@"`);
  writeProgram(join(files.programs, 'drydock'), `exec "${launcher()}" "$@"`);
}

function writeProgram(file: string, line: string): void {
  const text = `#!/bin/sh\n${line}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  makeFolder(join(file, '..'));
  writeFileSync(file, text, { mode: 0o700 });
  chmodSync(file, 0o700);
}

/** The first executable called `name` on PATH, outside `except`. */
export function findOnPath(name: string, except: readonly string[] = []): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!folder || except.includes(folder)) continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}
