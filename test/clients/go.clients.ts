import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runProgram } from '../walkthrough/estate.ts';
import { ClientClusters, cacheFolder, partsOf, prepared, ways } from './clusters.ts';

const program = join(cacheFolder('go'), 'clients');
let clusters: ClientClusters;

before(async () => {
  await prepared('go', ['-C', join(import.meta.dirname, 'go'), 'build', '-o', program, '.']);
  clusters = await ClientClusters.start();
});

after(() => clusters?.[Symbol.asyncDispose]());

for (const way of ways) {
  test(`a program on controller-runtime and client-go leads, reconciles and informs: ${way}`, async () => {
    const finished = await runProgram(program, ['go'], { KUBECONFIG: clusters.kubeconfig(way) });
    assert.deepEqual(partsOf(finished), [
      'discovery and a mapper',
      'protobuf',
      'informers of lists that stream',
      'metadata informers',
      'a definition',
      'dynamic informers',
      'a manager with a cache, an election and a reconciler',
      'webhooks of all three kinds',
      'the end',
    ]);
  });
}
