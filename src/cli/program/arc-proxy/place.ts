import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homeFiles } from '../home.ts';

/** The version that connectedk8s 1.11 asks for; another one is read from the extension that is there. */
const usualVersion = '1.3.032281';
const constants = join('connectedk8s', 'azext_connectedk8s', '_constants.py');

/** Words of the extension for processors, by Node's. */
const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: '386' };

/**
 * The files inside a person's home where the connectedk8s extension of az looks for its proxy before it downloads one:
 * one for each version that may be asked for.
 */
export function arcProxyFiles(home: string, personHome: string): string[] {
  const processor = processors[process.arch];
  if (processor === undefined || (process.platform !== 'linux' && process.platform !== 'darwin')) return [];
  const folders = [
    process.env['AZURE_EXTENSION_DIR'],
    join(homeFiles(home).systemAzureConfig, 'cliextensions'),
  ];
  const asked = folders.flatMap((folder) => (folder ? versionIn(join(folder, constants)) : []));
  const versions = asked.length > 0 ? asked : [usualVersion];
  return [...new Set(versions)].map((version) =>
    join(
      personHome,
      '.clientproxy',
      `arcProxy_${process.platform}_${processor}_${version.replaceAll('.', '_')}`,
    ),
  );
}

function versionIn(file: string): string[] {
  try {
    const version = /^CLIENT_PROXY_VERSION\s*=\s*["']([\d.]+)["']/m.exec(readFileSync(file, 'utf8'))?.[1];
    return version === undefined ? [] : [version];
  } catch {
    return [];
  }
}
