import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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

const majorOf = (java: string) =>
  Number(/version "(\d+)/.exec(spawnSync(java, ['-version']).stderr?.toString())?.[1]);

/** The Java on PATH runs every client; others run those that are built for them. */
const pairs = runtimes.flatMap((java, index) =>
  versions
    .filter(({ release }) => index === 0 || majorOf(java) >= Number(release))
    .map(({ fabric8 }) => ({ java, fabric8, namespace: `java-${fabric8.replaceAll('.', '-')}-${index}` })),
);

for (const way of ways) {
  for (const { java, fabric8, namespace } of pairs) {
    test(`fabric8 ${fabric8} by ${java} makes, watches, informs, applies and leads: ${way}`, async (t) => {
      t.diagnostic(`Java ${majorOf(java)}`);
      const classes = [join(outOf(fabric8), 'classes'), join(outOf(fabric8), 'dependency', '*')].join(
        delimiter,
      );
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
