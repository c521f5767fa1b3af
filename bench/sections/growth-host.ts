import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createApiServer } from '../../src/apiserver/index.ts';
import { type Clock, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { residentMib, sleep } from '../process.ts';
import type { GrowthSample, Workload } from './growth.ts';

/** Writes a workload to an API server, or opens what it left; tells its parent what that costs. */
const [folder = '', mode, workload] = process.argv.slice(2);
const mebibyte = 1024 ** 2;
const parallel = 32;
const pageEntries = 1000;
const untilAgedMs = 6 * 60 * 1000;
const checkEveryMs = 30_000;

/** The system's, but for what lies ahead: history ages without waiting. */
let aheadMs = 0;
const timers = new Set<{ atMs: number; run: () => void }>();
const clock: Clock = {
  ...systemClock,
  now: () => systemClock.now() + aheadMs,
  monotonic: () => systemClock.monotonic() + aheadMs,
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
  after(ms, run) {
    const timer = { atMs: clock.monotonic() + ms, run };
    timers.add(timer);
    return { cancel: () => timers.delete(timer) };
  },
};

const startedMs = performance.now();
const surroundings = { clock, random: systemRandom, log: silentLogger };
const store = openSqliteStore({ file: join(folder, 'drydock.db'), ...surroundings });
const server = createApiServer({
  store,
  keyPrefix: '/kube/bench',
  ...surroundings,
  version: { display: '1.34.4' },
  authenticators: [],
  authorizers: [],
  admissionPlugIns: { disable: ['ServiceAccount'] },
});
await server.start();
const client = server.client({ username: 'bench', uid: '', groups: ['system:masters'], extra: {} });
const maps = { group: '', version: 'v1', resource: 'configmaps' } as const;
const target = (name: string) => ({ namespace: 'default', name });
const map = (name: string, bytes: number, mark: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: target(name),
  data: { mark, text: 'x'.repeat(bytes) },
});

if (mode === 'open') {
  await client.list(maps, { namespace: 'default' });
  await report();
} else {
  await write(workload as Workload);
  await report();
  await age();
  await report();
}
await server.close();
await store.close();
process.disconnect();

async function write(name: Workload): Promise<void> {
  if (name === 'updates') {
    await client.create(maps, map('one', 1000, 'made'));
    const { entries } = await store.range({ prefix: '/kube/bench/core/configmaps/default/one' });
    const [one] = entries;
    if (!one) throw new Error('the object is not where it is kept');
    // Past the verb: one object's updates wait for each other, and so for the disk a hundred thousand times.
    await times(100_000, () =>
      store.commit({ writes: [{ put: one.key, value: Uint8Array.from(one.value) }] }),
    );
  } else if (name === 'come-and-go') {
    await times(50_000, async (at) => {
      await client.create(maps, map(`m-${at}`, 1000, ''));
      await client.delete(maps, target(`m-${at}`));
    });
  } else {
    await times(200, (at) => client.create(maps, map(`m-${at}`, 1_000_000, 'made')));
    await times(4_000, (at) => client.update(maps, map(`m-${at % 200}`, 1_000_000, String(at))));
  }
}

async function times(count: number, step: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** Lets what the store does by itself happen, as if some minutes had passed without a write. */
async function age(): Promise<void> {
  for (let passedMs = 0; passedMs < untilAgedMs; passedMs += checkEveryMs) {
    aheadMs += checkEveryMs;
    for (const timer of [...timers]) {
      if (timer.atMs > clock.monotonic()) continue;
      timers.delete(timer);
      timer.run();
    }
    await sleep(50);
  }
  // Resolves once all of it has been dropped and given back.
  await store.compact(store.compactedRevision());
}

async function report(): Promise<void> {
  const seconds = (performance.now() - startedMs) / 1000;
  const resident = residentMib(process.pid);
  const live = (await liveBytes()) / mebibyte;
  const files = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const sample: GrowthSample = {
    seconds,
    liveMib: live,
    fileMib: files / mebibyte,
    residentMib: resident,
  };
  await new Promise((sent) => process.send?.(sample, sent));
}

/** What stands, and each change since the compaction point. */
async function liveBytes(): Promise<number> {
  let bytes = 0;
  let afterKey: string | undefined;
  const seen = new Set<string>();
  for (;;) {
    const page = await store.range({
      prefix: '/',
      limit: pageEntries,
      ...(afterKey !== undefined && { afterKey }),
    });
    for (const { key, value, revision } of page.entries) {
      bytes += key.length + value.length;
      seen.add(`${key} ${revision}`);
    }
    afterKey = page.entries.at(-1)?.key;
    if (!page.more) break;
  }
  const history = { prefix: '/', afterRevision: store.compactedRevision(), maximumChanges: 1_000_000 };
  for (const { changes } of (await store.history(history)) ?? []) {
    for (const change of changes) {
      if (change.type === 'delete') bytes += change.key.length;
      else if (!seen.has(`${change.entry.key} ${change.entry.revision}`))
        bytes += change.entry.key.length + change.entry.value.length;
    }
  }
  return bytes;
}
