import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { type ClusterSpec, createEmbeddedClusters } from '../../src/clusters/index.ts';
import { createAuthority, issueServerCertificate } from '../../src/http/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { residentMib, sleep, temporaryFolder } from '../process.ts';
import type { MemorySample } from './memory.ts';

/** Makes clusters and nothing else; tells its parent what they cost. Arguments: settling time, then the counts. */
const [settleMs = 0, ...counts] = process.argv.slice(2).map(Number);
const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
const folder = temporaryFolder();
const store = await openSqliteStore({ file: join(folder, 'drydock.db'), ...surroundings });
const authority = createAuthority({ commonName: 'bench', ...surroundings });
const host = createEmbeddedClusters({
  store,
  ...surroundings,
  certificateAuthority: authority.certificatePem,
  accessChanges: () => ({ close: () => {} }),
  authenticators: () => [],
  authorizers: () => [],
  async serve(hostNames) {
    const issued = issueServerCertificate(authority, { hostNames, ipAddresses: [], ...surroundings });
    return { cert: issued.certificatePem, key: issued.privateKeyPem };
  },
  controllers: () => ({ update: async () => {}, close: async () => {} }),
});
await host.initialize();
await report(0, 0);
let made = 0;
for (const clusters of counts) {
  const startedMs = performance.now();
  while (made < clusters) await host.ensure(specOf(made++));
  const madeMs = performance.now() - startedMs;
  await sleep(settleMs);
  await report(clusters, madeMs);
}
await host.close();
await store.close();
rmSync(folder, { recursive: true });
process.disconnect();

async function report(clusters: number, madeMs: number): Promise<void> {
  const mib = residentMib(process.pid);
  globalThis.gc?.();
  const heapMib = process.memoryUsage().heapUsed / 1024 ** 2;
  const sample: MemorySample = { clusters, mib, madeMs, heapMib };
  await new Promise((sent) => process.send?.(sample, sent));
}

function specOf(at: number): ClusterSpec {
  const clusterId = systemRandom.uuid();
  return {
    clusterId,
    name: `cluster-${at}`,
    resourceId: `/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/cluster-${at}`,
    role: 'member',
    kubernetesVersion: '1.33.4',
    hostNames: [`${clusterId}.localhost`],
    publicEndpoint: true,
    nodes: [],
    access: {
      adminGroupObjectIds: [],
      roleFamily: undefined,
      roleScope: '',
      localAccounts: true,
      entraAudience: undefined,
    },
  };
}
