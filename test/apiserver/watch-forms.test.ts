import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ByteSink } from '../../src/http/contract.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { plainRequest } from '../support/request.ts';
import { startTestServer, type TestServer } from './harness.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

/** Counts the events of a watch in the form asked for. */
async function openWatch(
  { server }: TestServer,
  accept: string,
  chunks: Uint8Array[] = [],
): Promise<() => string[]> {
  const rawQuery = 'watch=true&resourceVersion=';
  const response = await server.handler(
    plainRequest({
      target: `/api/v1/namespaces/default/configmaps?${rawQuery}`,
      headers: { authorization: 'Bearer admin-token', accept },
    }),
  );
  const lines: string[] = [];
  const sink: ByteSink = {
    closed: false,
    write(chunk) {
      chunks.push(chunk);
      lines.push(Buffer.from(chunk).toString('utf8'));
      return true;
    },
    end() {},
    cut() {},
    onDrain() {},
    onClose() {},
  };
  assert.ok(response.body && 'start' in response.body);
  response.body.start(sink);
  return () => lines;
}

for (const [name, accept] of [
  ['tables', table],
  ['metadata', partial],
  ['protobuf', 'application/vnd.kubernetes.protobuf'],
  ['metadata in protobuf', partial.replace('json', 'vnd.kubernetes.protobuf')],
] as const) {
  it(`an event is read and written once for however many watchers of ${name}`, async () => {
    await using closing = new AsyncDisposableStack();
    const test = await startTestServer({ clock: new ManualClock() });
    closing.defer(() => test.close());
    const watchers = await Promise.all(Array.from({ length: 50 }, () => openWatch(test, accept)));
    const { parse } = JSON;
    let read = 0;
    JSON.parse = (...words: Parameters<typeof parse>) => {
      read++;
      return parse(...words);
    };
    closing.defer(async () => {
      JSON.parse = parse;
    });
    const metadata = { name: 'seen', namespace: 'default' };
    await test.client.create(
      { group: '', version: 'v1', resource: 'configmaps' },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata },
    );
    const last = watchers.map((lines) => lines().at(-1));
    assert.ok(last.every((line) => line?.includes('seen')));
    assert.equal(new Set(last).size, 1);
    assert.ok(read < watchers.length / 5, `an event was read ${read} times`);
  });
}

for (const accept of ['application/json', table, 'application/vnd.kubernetes.protobuf']) {
  it(`an event about a large object is the same memory for all watchers, as ${accept}`, async () => {
    await using closing = new AsyncDisposableStack();
    const test = await startTestServer({ clock: new ManualClock() });
    closing.defer(() => test.close());
    const chunks: Uint8Array[] = [];
    for (let watcher = 0; watcher < 20; watcher++) await openWatch(test, accept, chunks);
    const annotations = { large: 'x'.repeat(200_000) };
    const metadata = { name: 'large', namespace: 'default', annotations };
    await test.client.create(
      { group: '', version: 'v1', resource: 'configmaps' },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { x: 'x'.repeat(700_000) } },
    );
    const large = chunks.filter(({ length }) => length > 200_000);
    assert.equal(large.length, 20);
    assert.equal(new Set(large.map(({ buffer }) => buffer)).size, 1);
  });
}
