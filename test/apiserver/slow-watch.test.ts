import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ByteSink } from '../../src/http/contract.ts';
import { plainRequest } from '../support/request.ts';
import { startTestServer } from './harness.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };

/** A reader that takes nothing until it is told to. */
class StuckSink implements ByteSink {
  closed = false;
  bytes = 0;
  ready = false;
  #drain: (() => void) | undefined;

  write(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    return this.ready;
  }
  end(): void {
    this.closed = true;
  }
  cut(): void {
    this.closed = true;
  }
  onDrain(run: () => void): void {
    this.#drain = run;
  }
  onClose(): void {}

  resume(): void {
    this.ready = true;
    this.#drain?.();
  }

  /** Takes one more chunk. */
  step(): void {
    this.#drain?.();
  }
}

async function openWatch(test: Awaited<ReturnType<typeof startTestServer>>): Promise<StuckSink> {
  const rawQuery = 'watch=true';
  const response = await test.server.handler(
    plainRequest({
      target: `/api/v1/namespaces/default/configmaps?${rawQuery}`,
      headers: { authorization: 'Bearer admin-token' },
    }),
  );
  const sink = new StuckSink();
  assert.ok(response.body && 'start' in response.body);
  response.body.start(sink);
  return sink;
}

const create = (test: Awaited<ReturnType<typeof startTestServer>>, name: string) =>
  test.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { text: 'x'.repeat(900_000) },
  });

describe('a reader that does not keep up with its watch', () => {
  it('gets what waited for it once it reads again', async () => {
    const test = await startTestServer();
    const sink = await openWatch(test);
    for (let at = 0; at < 4; at++) await create(test, `o${at}`);
    const before = sink.bytes;
    sink.resume();
    assert.ok(before < 1_000_000 && sink.bytes > 3_600_000);
    assert.equal(sink.closed, false);
    await test.close();
    assert.equal(sink.closed, true);
  });

  it('is cut off when too much waits, and nothing is kept for it', async () => {
    const test = await startTestServer();
    const sink = await openWatch(test);
    for (let at = 0; at < 22 && !sink.closed; at++) await create(test, `o${at}`);
    assert.equal(sink.closed, true);
    await test.close();
  });

  it('gets a large state that existed before at its own pace, also while things change', async () => {
    const test = await startTestServer();
    for (let at = 0; at < 20; at++) await create(test, `o${at}`);
    const sink = await openWatch(test);
    for (let at = 0; at < 3; at++) {
      sink.step();
      await create(test, `later${at}`);
    }
    const before = sink.bytes;
    assert.equal(sink.closed, false, '18 MB that existed before are not held against it');
    sink.resume();
    assert.ok(before < 4_000_000 && sink.bytes > 23 * 900_000, `${before}, then ${sink.bytes} bytes`);
    await test.close();
  });
});
