import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BenchEstate, putUntilSucceeded } from '../estate.ts';
import { figure, printHead, printTable, verdict, withUnit } from '../figures.ts';
import { sleep } from '../process.ts';
import { say } from '../report.ts';

const counts = [1, 10, 50, 100] as const;
const aim = { mibPerCluster: 2, clustersPerSecond: 50 };
const settleMs = 12_000;
const parallel = 8;
const clusterVersion = '2025-05-01';

/** What an idle cluster costs: as an AKS cluster ordered through Resource Manager, and as the bare cluster host. */
export async function memory(): Promise<void> {
  printHead('Idle clusters');
  const ordered = await throughResourceManager();
  const hosted = await inTheHost();
  const shown = [
    ['AKS clusters with one node, ordered at Resource Manager', ordered],
    ['the cluster host alone: API servers without nodes', hosted],
  ] as const;
  for (const [title, samples] of shown) {
    say(`${title}`);
    printTable(
      ['clusters', 'resident', 'a further cluster', 'made a second', 'live heap'],
      samples.map((sample, at) => {
        const before = samples[at - 1];
        const each = before && (sample.mib - before.mib) / (sample.clusters - before.clusters);
        return [
          String(sample.clusters),
          withUnit(sample.mib, 'MiB'),
          each === undefined ? '' : withUnit(each, 'MiB'),
          before ? figure((sample.clusters - before.clusters) / (sample.madeMs / 1000)) : '',
          sample.heapMib === undefined ? '' : withUnit(sample.heapMib, 'MiB'),
        ];
      }),
    );
    const [first, last] = [samples[1], samples.at(-1)];
    if (!first || !last) continue;
    const each = (last.mib - first.mib) / (last.clusters - first.clusters);
    const madeMs = samples.slice(2).reduce((sum, sample) => sum + sample.madeMs, 0);
    const rate = (last.clusters - first.clusters) / (madeMs / 1000);
    say(
      `from ${first.clusters} to ${last.clusters}: ${figure(each)} MiB a further cluster (aim ${aim.mibPerCluster}: ${verdict(each <= aim.mibPerCluster)}), ${figure(rate)} made a second (aim ${aim.clustersPerSecond}: ${verdict(rate >= aim.clustersPerSecond)})`,
    );
    say('');
  }
}

export interface MemorySample {
  readonly clusters: number;
  readonly mib: number;
  /** What it took to come from the sample before to this one. */
  readonly madeMs: number;
  /** After a full collection, where the process can be told to. */
  readonly heapMib?: number;
}

async function throughResourceManager(): Promise<MemorySample[]> {
  await using estate = await BenchEstate.start();
  await estate.script('az group create -n bench -l eastus -o none');
  const client = await estate.client();
  await sleep(settleMs);
  const samples: MemorySample[] = [{ clusters: 0, mib: estate.residentMib(), madeMs: 0 }];
  let made = 0;
  for (const clusters of counts) {
    const startedMs = performance.now();
    const worker = async () => {
      while (made < clusters) {
        const name = `aks-${made++}`;
        const path = `${estate.groupPath('bench')}/providers/Microsoft.ContainerService/managedClusters/${name}?api-version=${clusterVersion}`;
        await putUntilSucceeded(client, path, managedCluster(name));
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    const madeMs = performance.now() - startedMs;
    await sleep(settleMs);
    samples.push({ clusters, mib: estate.residentMib(), madeMs });
  }
  client.close();
  return samples;
}

function managedCluster(name: string) {
  return {
    location: 'eastus',
    identity: { type: 'SystemAssigned' },
    properties: {
      dnsPrefix: name,
      agentPoolProfiles: [{ name: 'nodepool1', mode: 'System', count: 1, vmSize: 'Standard_DS2_v2' }],
    },
  };
}

/** In a process of its own, which can also be told to collect its garbage. */
async function inTheHost(): Promise<MemorySample[]> {
  const child = fork(join(import.meta.dirname, 'memory-host.ts'), [String(settleMs), ...counts.map(String)], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
  });
  const samples: MemorySample[] = [];
  child.on('message', (sample: MemorySample) => samples.push(sample));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the host process ended with ${code}`);
  return samples;
}
