import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { type HomeFiles, readJson } from './home.ts';

/** Where a home was, and where its server answered, when its az was last signed in. */
interface Place {
  readonly home: string;
  readonly resourceManager: string;
}

/**
 * Makes the home's own kubeconfig name the place where the home is now. In a copy it would otherwise lead to the clusters
 * of the original, and after another port nowhere. Entries that lead elsewhere stay as they are.
 */
export async function followMove(files: HomeFiles, now: Place): Promise<void> {
  const before = knownPlace(files);
  if (!before || !existsSync(files.kubeconfig)) return;
  const { readKubeconfig, kubeconfigText } = await import('../az/index.ts');
  const { writePrivately } = await import('../private-file.ts');
  let config: JsonObject | undefined;
  try {
    config = readKubeconfig(readFileSync(files.kubeconfig, 'utf8'), files.kubeconfig);
  } catch {
    // It is the person's file: what cannot be read is left for them to look at.
    return;
  }
  if (!config) return;
  for (const cluster of entries(config, 'clusters', 'cluster')) {
    const { server } = cluster;
    if (typeof server === 'string' && isBelow(server, before.resourceManager))
      cluster['server'] = now.resourceManager + server.slice(before.resourceManager.length);
  }
  for (const user of entries(config, 'users', 'user')) {
    const args = isObject(user['exec']) ? user['exec']['args'] : undefined;
    if (!Array.isArray(args)) continue;
    const at = args.indexOf('--home') + 1;
    if (at > 0 && args[at] === before.home) args[at] = now.home;
  }
  writePrivately(files.kubeconfig, kubeconfigText(config));
}

/** Whether az of this home knows the place. */
export function knowsPlace(files: HomeFiles, now: Place): boolean {
  const known = knownPlace(files);
  return known?.home === now.home && known.resourceManager === now.resourceManager;
}

function knownPlace(files: HomeFiles): Place | undefined {
  const known = readJson(`${files.azureConfig}/drydock.json`);
  if (!isObject(known)) return undefined;
  const { resourceManager, caFile } = known;
  return typeof resourceManager === 'string' && typeof caFile === 'string'
    ? { resourceManager, home: dirname(caFile) }
    : undefined;
}

function isBelow(address: string, origin: string): boolean {
  return address === origin || address.startsWith(`${origin}/`);
}

function entries(config: JsonObject, section: string, member: string): JsonObject[] {
  const list: Json | undefined = config[section];
  return (Array.isArray(list) ? list : []).flatMap((entry) => {
    const value = isObject(entry) ? entry[member] : undefined;
    return isObject(value) ? [value] : [];
  });
}
