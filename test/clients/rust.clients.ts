import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runProgram } from '../walkthrough/estate.ts';
import { ClientClusters, cacheFolder, partsOf, prepared, ways } from './clusters.ts';

/** The package is built from a copy: cargo writes its lock beside the manifest. */
const folder = cacheFolder('rust');
let clusters: ClientClusters;

before(async () => {
  await cp(join(import.meta.dirname, 'rust'), folder, { recursive: true });
  const words = ['build', '--quiet', '--features', 'rustls', '--manifest-path', join(folder, 'Cargo.toml')];
  await prepared('cargo', words);
  clusters = await ClientClusters.start();
});

after(() => clusters?.[Symbol.asyncDispose]());

for (const way of ways) {
  test(`a program on kube-rs with rustls applies, reflects and lists in pages: ${way}`, async () => {
    const program = join(folder, 'target', 'debug', 'drydock-clients');
    const finished = await runProgram(program, ['rust'], { KUBECONFIG: clusters.kubeconfig(way) });
    assert.deepEqual(partsOf(finished), [
      'version',
      'reflector streaming=false',
      'reflector streaming=true',
      'pages',
    ]);
  });
}
