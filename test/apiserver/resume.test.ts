import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject, silentLogger } from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type EventStream, startTestServer, type TestServer } from './harness.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const path = '/api/v1/namespaces/default/configmaps';
const colours = ['red', 'blue'];

/** One commit as the model knows it. */
interface Commit {
  readonly revision: number;
  readonly name: string;
  readonly uid: string;
  /** Undefined: deleted. */
  readonly colour: string | undefined;
  readonly before: string | undefined;
}

/** What a watcher of one colour (or of all) is told of the commits above a revision. */
function expected(commits: readonly Commit[], above: number, colour: string | undefined): string[] {
  const matches = (value: string | undefined) =>
    value !== undefined && (colour === undefined || value === colour);
  return commits.flatMap(({ revision, name, uid, colour: now, before }) => {
    if (revision <= above || !(matches(before) || matches(now))) return [];
    const type = matches(now) ? (matches(before) ? 'MODIFIED' : 'ADDED') : 'DELETED';
    // What left the selection is shown as it last was in it.
    return [`${type} ${name}@${revision} ${uid} ${matches(now) ? now : before}`];
  });
}

async function nextLine(stream: EventStream): Promise<string> {
  const event = await stream.next();
  const object = isObject(event?.['object']) ? event['object'] : {};
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const labels = isObject(metadata['labels']) ? metadata['labels'] : {};
  return `${event?.['type']} ${metadata['name']}@${metadata['resourceVersion']} ${metadata['uid']} ${labels['colour']}`;
}

class History {
  readonly commits: Commit[] = [];
  readonly #random = seededRandom('resume');
  readonly #standing = new Map<string, { uid: string; colour: string }>();

  async step({ client }: TestServer): Promise<void> {
    const name = `n${this.#random.integer(5)}`;
    const colour = colours[this.#random.integer(colours.length)] ?? '';
    const found = this.#standing.get(name);
    const place = { name, namespace: 'default' };
    if (!found) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...place, labels: { colour } } };
      this.#note(name, await client.create(configMaps, body), colour);
    } else if (this.#random.integer(3) === 0) {
      await client.delete(configMaps, place);
      this.#standing.delete(name);
      const revision = (this.commits.at(-1)?.revision ?? 0) + 1;
      this.commits.push({ revision, name, uid: found.uid, colour: undefined, before: found.colour });
    } else {
      const data = { n: String(this.commits.length) };
      const body = { metadata: { labels: { colour } }, data };
      this.#note(name, await client.patch(configMaps, place, { type: 'merge', body }), colour);
    }
  }

  #note(name: string, answer: unknown, colour: string): void {
    const { metadata } = JSON.parse(JSON.stringify(answer));
    const { uid } = metadata;
    const before = this.#standing.get(name)?.colour;
    this.commits.push({ revision: Number(metadata.resourceVersion), name, uid, colour, before });
    this.#standing.set(name, { uid, colour });
  }
}

test('a watch that resumes over restarts gets every commit once, in order, under its own version', async () => {
  const clock = new ManualClock();
  const random = seededRandom('watchers');
  const store = createMemoryStore({ clock, random, log: silentLogger });
  const history = new History();
  let server = await startTestServer({ store });
  // The first commit of the model follows whatever the server writes for itself.
  for (let round = 0; round < 12; round++) {
    for (let step = 0; step < 15; step++) await history.step(server);
    if (round % 2 === 0) {
      await server.close();
      server = await startTestServer({ store });
      if (round % 4 === 0) for (let step = 0; step < 3; step++) await history.step(server);
    }
    const { commits } = history;
    for (const colour of [undefined, ...colours]) {
      const above = commits[random.integer(commits.length)]?.revision ?? 0;
      const wanted = expected(commits, above, colour);
      const selector = colour === undefined ? '' : `&labelSelector=colour%3D${colour}`;
      const stream = await (await server.listen()).watch(
        `${path}?watch=true&resourceVersion=${above}${selector}`,
      );
      // One more, of either colour, shows that nothing came between.
      const seen: string[] = [];
      while (seen.length < wanted.length) seen.push(await nextLine(stream));
      assert.deepEqual(seen, wanted, `from ${above} on, ${colour ?? 'all'}, round ${round}`);
      const count = commits.length;
      let last: string | undefined;
      while (last === undefined) {
        await history.step(server);
        last = expected(commits.slice(count), above, colour)[0];
      }
      assert.equal(await nextLine(stream), last);
      stream.close();
    }
  }
  await server.close();
  await store.close();
});

test('a watch from below the compaction point, or from too far back, ends with 410 and its numbers', async () => {
  const store = createMemoryStore({ clock: new ManualClock(), random: seededRandom('s'), log: silentLogger });
  const first = await startTestServer({ store });
  const history = new History();
  for (let step = 0; step < 30; step++) await history.step(first);
  await first.close();
  await store.compact(store.revision() - 5);
  const server = await startTestServer({ store });
  const oldest = store.compactedRevision();
  const stream = await (await server.listen()).watch(`${path}?watch=true&resourceVersion=${oldest - 3}`);
  const event = await stream.next();
  assert.equal(event?.['type'], 'ERROR');
  assert.deepEqual(event?.['object'], {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `too old resource version: ${oldest - 3} (${oldest})`,
    reason: 'Expired',
    code: 410,
  });
  assert.equal(await stream.next(), undefined);
  await server.close();
  await store.close();
});
