// `drydock/kube`: the compiled library, or in a checkout its sources, which Node runs as they are.
import { existsSync } from 'node:fs';

const neededMajor = 24;
if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  throw new Error(
    `drydock/kube needs Node.js ${neededMajor} or newer; this is ${process.version}. The package brings one: node_modules/.bin/node.`,
  );
}
const sources = new URL('../src/library/kube.ts', import.meta.url);
const library = await import(existsSync(sources) ? sources.href : '../dist/library/kube.js');

export const { startApiServer, ClusterError, CodedError } = library;
