import type { IndexEntry } from './declaration.ts';
import { type AzError, notBuilt, UsageError } from './errors.ts';
import { nearest } from './parse/nearest.ts';

export type Found =
  | { readonly kind: 'command'; readonly entry: IndexEntry /** Words taken. */; readonly length: number }
  | { readonly kind: 'group'; readonly words: string }
  | { readonly kind: 'unknown'; readonly word: string; readonly before: string };

/** Finds the command or group that the leading words name. */
export function findCommand(index: readonly IndexEntry[], words: readonly string[]): Found {
  let path = '';
  for (const [i, word] of words.entries()) {
    const next = path === '' ? word : `${path} ${word}`;
    const entry = index.find((one) => one.words === next);
    if (entry) return { kind: 'command', entry, length: i + 1 };
    if (!index.some((one) => one.words.startsWith(`${next} `))) {
      return { kind: 'unknown', word, before: path };
    }
    path = next;
  }
  return { kind: 'group', words: path };
}

/** Whole services of az's core that are none of Drydock's. */
const services = new Set(
  'acr acs advisor afd ams apim appconfig appservice aro backup batch bicep billing bot cache capacity cdn cognitiveservices compute-fleet connection consumption container containerapp cosmosdb databoxedge deployment-scripts disk disk-access disk-encryption-set dms eventgrid eventhubs feature feedback find functionapp hdinsight image interactive iot keyvault kusto lab logicapp managed-cassandra managedapp managedservices maps mariadb mysql netappfiles policy postgres ppg private-link redis relay resourcemanagement restore-point search security self-test servicebus sf sig signalr snapshot sql ssh stack staticwebapp storage survey synapse term ts upgrade vm vmss webapp'.split(
    ' ',
  ),
);

/** Words of az that Drydock knows of and has not built; the whole group below each counts. */
const unbuilt = [
  'fleet updaterun',
  'fleet updatestrategy',
  'fleet autoupgradeprofile',
  'fleet gate',
  'fleet namespace',
  'fleet clustermeshprofile',
  'aks check-acr',
  'aks disable-addons',
  'aks enable-addons',
  'aks get-upgrades',
  'aks get-versions',
  'aks machine',
  'aks maintenanceconfiguration',
  'aks mesh',
  'aks namespace',
  'aks operation-abort',
  'aks rotate-certs',
  'aks update',
  'aks bastion',
  'aks command',
  'aks nodepool',
  'aksarc update',
  'aksarc upgrade',
  'aksarc nodepool',
  'aksarc get-upgrades',
  'aksarc get-versions',
  'aksarc get-logs',
  'connectedk8s connect',
  'connectedk8s upgrade',
  'connectedk8s update',
  'connectedk8s enable-features',
  'connectedk8s disable-features',
  'connectedk8s troubleshoot',
  'deployment',
  'group export',
  'graph',
  'k8s-extension',
  'k8s-runtime',
  'monitor',
  'extension list-available',
  'extension list-versions',
  'network application-gateway',
  'network dns',
  'network lb',
  'network list-usages',
  'network nat',
  'network nic',
  'network nsg',
  'network private-dns',
  'network private-endpoint',
  'network route-table',
  'network watcher',
  'provider operation',
  'provider permission',
  'resource invoke-action',
  'resource link',
  'resource move',
  'role definition create',
  'role definition delete',
  'role definition update',
  'cloud register',
  'cloud unregister',
  'cloud update',
  'identity federated-credential',
];

type Unknown = Extract<Found, { kind: 'unknown' }>;

function pathOf(found: Unknown): string {
  return found.before === '' ? found.word : `${found.before} ${found.word}`;
}

function isUnbuilt(path: string): boolean {
  if (services.has(path)) return true;
  return unbuilt.some((words) => words === path || path.startsWith(`${words} `));
}

/** Help for words that az has and Drydock has not; undefined for words that nobody knows. */
export function unbuiltHelp(found: Unknown): string | undefined {
  const path = pathOf(found);
  if (!isUnbuilt(path)) return undefined;
  return `\nGroup or command\n    az ${path} : Not built in Drydock yet.\n\n'az --help' lists what is there.\n`;
}

/** The refusal of a word that names nothing, with the nearest one that does. */
export function unknownWord(index: readonly IndexEntry[], found: Unknown): AzError {
  const path = pathOf(found);
  if (isUnbuilt(path)) return notBuilt(`'az ${path}'`);
  const close = nearest(found.word, [...new Set(wordsBelow(index, found.before))]);
  return new UsageError(`'${found.word}' is misspelled or not recognized by the system.`, {
    advice: close ? [`Did you mean '${close}' ?`] : [],
  });
}

/** The next words that may follow a group's. */
export function wordsBelow(index: readonly IndexEntry[], group: string): string[] {
  const prefix = group === '' ? '' : `${group} `;
  return index
    .filter((one) => one.words.startsWith(prefix))
    .map((one) => one.words.slice(prefix.length).split(' ')[0] ?? '');
}
