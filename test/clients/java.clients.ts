import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { runProgram } from '../walkthrough/estate.ts';
import { ClientClusters, cacheFolder, partsOf, prepared, ways } from './clusters.ts';

/** The newest client, and the newest of the line before last, which speaks by another HTTP library. */
const versions = [
  { fabric8: '8.0.0', release: '17' },
  { fabric8: '6.13.5', release: '11' },
];
/** More Java runtimes than the one on PATH: `java` programs, separated as in PATH. */
const runtimes = ['java', ...(process.env['DRYDOCK_TEST_JAVA'] ?? '').split(delimiter)].filter(Boolean);
const outOf = (fabric8: string) => cacheFolder(`java-${fabric8}`);
let clusters: ClientClusters;

before(async () => {
  const pom = join(import.meta.dirname, 'java', 'pom.xml');
  for (const { fabric8, release } of versions) {
    const levels = [`-Dmaven.compiler.source=${release}`, `-Dmaven.compiler.target=${release}`];
    const set = [`-Dfabric8=${fabric8}`, `-Dout=${outOf(fabric8)}`, ...levels];
    await prepared('mvn', ['-q', '-B', '-f', pom, ...set, 'compile', 'dependency:copy-dependencies']);
  }
  clusters = await ClientClusters.start();
});

after(() => clusters?.[Symbol.asyncDispose]());

async function majorOf(java: string): Promise<number> {
  const { stderr } = await runProgram(java, ['-version']);
  return Number(/version "(\d+)/.exec(stderr)?.[1]);
}

for (const way of ways) {
  for (const { fabric8, release } of versions) {
    for (const java of runtimes) {
      test(`fabric8 ${fabric8} by ${java} makes, watches, informs, applies and leads: ${way}`, async (t) => {
        const major = await majorOf(java);
        t.diagnostic(`Java ${major}`);
        if (major < Number(release)) return t.skip(`this client needs Java ${release}`);
        const classes = [join(outOf(fabric8), 'classes'), join(outOf(fabric8), 'dependency', '*')].join(
          delimiter,
        );
        const namespace = `java-${fabric8.replaceAll('.', '-')}-${runtimes.indexOf(java)}`;
        const finished = await runProgram(java, ['-cp', classes, 'Cluster', namespace], {
          KUBECONFIG: clusters.kubeconfig(way),
        });
        assert.deepEqual(partsOf(finished), [
          'version and groups',
          'objects of a namespace',
          'patches of every type',
          'server-side apply',
          'pages of a list',
          'watches',
          'informers',
          'custom kinds',
          'leader election',
          ...(way === 'hub' ? [] : ['workloads', 'what cannot run is a status']),
          'the end',
        ]);
      });
    }
  }
}
