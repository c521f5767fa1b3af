import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { runProgram } from '../walkthrough/estate.ts';
import { ClientClusters, cacheFolder, partsOf, prepared, ways } from './clusters.ts';

/** The client that this package is tested with needs Node 22; the line before it is what runs on the Node of the machine. */
const older = { version: '1.4.0', folder: cacheFolder('javascript-1.4.0') };
const source = join(import.meta.dirname, 'javascript', 'cluster.mjs');
/** The first Node on PATH that is not one of a package. */
const path = (process.env['PATH'] ?? '').split(delimiter).filter((one) => !one.includes('node_modules'));
let clusters: ClientClusters;

before(async () => {
  const words = ['--no-audit', '--no-fund', '--ignore-scripts', `@kubernetes/client-node@${older.version}`];
  await prepared('npm', ['install', '--silent', '--prefix', older.folder, ...words]);
  await copyFile(source, join(older.folder, 'cluster.mjs'));
  clusters = await ClientClusters.start();
});

after(() => clusters?.[Symbol.asyncDispose]());

const programs = [
  { name: 'of this package by its own Node', command: process.execPath, script: source },
  {
    name: `${older.version} by the Node of the machine`,
    command: 'node',
    script: join(older.folder, 'cluster.mjs'),
  },
];

for (const way of ways) {
  for (const [index, { name, command, script }] of programs.entries()) {
    test(`the JavaScript client ${name} makes, watches, informs and applies: ${way}`, async (t) => {
      const environment = { PATH: path.join(delimiter) };
      t.diagnostic((await runProgram(command, ['--version'], environment)).stdout.trim());
      const words = [script, clusters.kubeconfig(way), `javascript-${index}`];
      assert.deepEqual(partsOf(await runProgram(command, words, environment)), [
        'version and groups',
        'objects of a namespace',
        'server-side apply',
        'pages of a list',
        'watches',
        'informers',
        'custom kinds',
        ...(way === 'hub' ? [] : ['workloads', 'what cannot run is a status']),
        'the end',
      ]);
    });
  }
}
