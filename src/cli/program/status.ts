import { isObject, type JsonObject } from '../../base/index.ts';
import { callControl } from './control.ts';
import type { VerbCall } from './declaration.ts';
import { readRunning } from './home.ts';

export async function run(call: VerbCall): Promise<number> {
  const json = call.options['json'] === true;
  if (!readRunning(call.home)) {
    if (json) process.stdout.write(`${JSON.stringify({ home: call.home, running: false }, null, 2)}\n`);
    else process.stdout.write(`No server runs for ${call.home}. Start it with 'drydock up --detach'.\n`);
    return 1;
  }
  const status = await callControl(call.home, { method: 'GET', path: 'status' });
  if (json) {
    process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return 0;
  }
  const rows: [string, unknown][] = [
    ['Home', status['home']],
    ['Process', status['pid']],
    ['Version', status['version']],
    ['Resource Manager', status['resourceManager']],
    ['Login', status['login']],
    ['Graph', status['graph']],
    ['CA file', status['caFile']],
    ['Tenant', status['tenantId']],
    ['Subscription', status['subscriptionId']],
    ['Signed in', status['signedInUser']],
  ];
  if (status['clusterPorts'] !== undefined) rows.push(['Cluster ports', status['clusterPorts']]);
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(18)}${value}\n`);
  const clusters = Array.isArray(status['clusters']) ? status['clusters'].filter(isObject) : [];
  process.stdout.write(clusters.length === 0 ? 'No clusters yet.\n' : 'Clusters:\n');
  for (const cluster of clusters) {
    const words = [cluster['name'], cluster['role'], cluster['state'], ...portWords(cluster)];
    process.stdout.write(`  ${[...words, cluster['resourceId']].join('  ')}\n`);
  }
  return 0;
}

/** The port of a cluster's own, where clusters have some. */
function portWords(cluster: JsonObject): string[] {
  if (!('port' in cluster)) return [];
  const { port } = cluster;
  return [port === null ? "no port left in the server's --cluster-ports" : `https://localhost:${port}`];
}
