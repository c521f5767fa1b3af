import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject, type JsonObject, type Random, silentLogger } from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { attackRandom, attackTries } from './seed.ts';

const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';
const forms = ['v1', 'v1beta1'].flatMap((version) => [
  `${json};as=Table;g=meta.k8s.io;v=${version}`,
  `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=${version}`,
  `${json};as=PartialObjectMetadata;g=meta.k8s.io;v=${version}`,
  `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=${version}`,
]);
const accepts = [json, protobuf, 'application/yaml', ...forms];

const container = { name: 'c', image: 'nginx' };

/** What is written, and the paths under which it is read. */
const kinds: readonly {
  readonly at: string;
  readonly also: readonly string[];
  readonly object: JsonObject;
}[] = [
  { at: 'api/v1 configmaps', also: [], object: { data: { a: 'b' } } },
  { at: 'api/v1 pods', also: [], object: { spec: { containers: [container] } } },
  { at: 'api/v1 secrets', also: [], object: { stringData: { a: 'b' } } },
  {
    at: 'api/v1 events',
    also: ['apis/events.k8s.io/v1 events'],
    object: { involvedObject: { kind: 'Pod', name: 'x', namespace: '{ns}' }, reason: 'r', message: 'm' },
  },
  {
    at: 'apis/autoscaling/v2 horizontalpodautoscalers',
    also: ['apis/autoscaling/v1 horizontalpodautoscalers'],
    object: {
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    },
  },
  {
    at: 'apis/example.com/v1 widgets',
    also: ['apis/example.com/v2 widgets'],
    object: { color: 'red', size: 3, at: '2025-12-31T12:00:00Z' },
  },
];

/** A definition in one of the forms that it takes over time. */
function widgets(random: Random): JsonObject {
  const stored = random.integer(2) === 0 ? 'v1' : 'v2';
  const columns = [
    { name: 'Color', type: 'string', jsonPath: '.color' },
    { name: 'Size', type: 'integer', jsonPath: '.size' },
    { name: 'Since', type: 'date', jsonPath: '.at' },
  ].filter(() => random.integer(3) > 0);
  const open = random.integer(3) === 0;
  const properties = {
    color: { type: 'string', ...(random.integer(2) === 0 && { default: 'blue' }) },
    at: { type: 'string' },
    ...(random.integer(2) === 0 && { size: { type: 'integer', default: 7 } }),
    ...(random.integer(2) === 0 && { more: { type: 'string', default: 'more' } }),
  };
  const openAPIV3Schema = open
    ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    : { type: 'object', properties };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: ['v1', 'v2'].map((name) => ({
        ...{ name, served: true, storage: name === stored, schema: { openAPIV3Schema } },
        ...(columns.length > 0 && { additionalPrinterColumns: columns }),
      })),
    },
  };
}

const pathOf = (at: string, namespace: string) => {
  const [root = '', resource = ''] = at.split(' ');
  return `/${root}${namespace === '' ? '' : `/namespaces/${namespace}`}/${resource}`;
};

async function send(server: TestServer, method: string, path: string, body: JsonObject): Promise<number> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : json;
  const answer = await server.fetch(path, {
    method,
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  });
  return answer.status;
}

const pick = <T>(random: Random, among: readonly T[]): T => among[random.integer(among.length)] as T; // Never empty.
const names = ['a', 'b', 'c', 'd', 'e', 'x', 'y', 'z'];

async function writeSomething(server: TestServer, random: Random, clock: ManualClock): Promise<void> {
  const { at, object } = pick(random, kinds);
  const namespace = pick(random, ['one', 'two']);
  const one = `${pathOf(at, namespace)}/${pick(random, names)}`;
  const name = one.slice(one.lastIndexOf('/') + 1);
  const labels = { color: pick(random, ['red', 'green']) };
  switch (random.integer(8)) {
    case 0:
    case 1:
    case 2: {
      const body: JsonObject = JSON.parse(JSON.stringify(object).replaceAll('{ns}', namespace));
      await send(server, 'POST', pathOf(at, namespace), { ...body, metadata: { name, labels } });
      return;
    }
    case 3:
    case 4:
      await send(server, 'PATCH', one, {
        metadata: { labels, annotations: { n: String(random.integer(99)) } },
      });
      return;
    case 5:
      await send(server, 'DELETE', one, { gracePeriodSeconds: 0 });
      return;
    case 6:
      // Also back: somebody sets the machine's clock.
      clock.advance(pick(random, [1_000, 61_000, 7_200_000, -3_600_000]));
      return;
    default:
      await send(
        server,
        'PATCH',
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com',
        {
          spec: widgets(random).spec ?? {},
        },
      );
  }
}

interface Asked {
  readonly path: string;
  readonly accept: string;
}

/** `revision`: now. */
function something(random: Random, revision: number): Asked {
  const { at, also } = pick(random, kinds);
  const path = pathOf(pick(random, [at, ...also]), pick(random, ['', 'one', 'two']));
  const accept = pick(random, accepts);
  const query = new URLSearchParams();
  if (random.integer(3) === 0) query.set('labelSelector', pick(random, ['color=red', 'color!=red', 'color']));
  if (random.integer(4) === 0)
    query.set('fieldSelector', pick(random, ['metadata.name=a', 'metadata.name!=b']));
  if (random.integer(4) === 0) query.set('limit', String(1 + random.integer(4)));
  if (accept.includes('Table')) query.set('includeObject', pick(random, ['None', 'Metadata', 'Object']));
  if (random.integer(6) === 0) query.set('pretty', 'true');
  // How many items are left is not counted in the past.
  if (!query.has('limit') && random.integer(4) === 0) {
    query.set('resourceVersion', String(Math.max(1, revision - random.integer(20))));
    query.set('resourceVersionMatch', 'Exact');
  }
  const isOne = path.includes('/namespaces/') && random.integer(4) === 0;
  return { path: `${isOne ? `${path}/${pick(random, names)}` : path}?${query}`, accept };
}

async function read(server: TestServer, { path, accept }: Asked): Promise<string> {
  const answer = await server.fetch(path, { headers: { accept } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return `${answer.status} ${answer.headers.get('content-type')} ${bytes.toString('latin1')}`;
}

/** The pages of a list, up to its end. */
async function pages(server: TestServer, asked: Asked): Promise<string[]> {
  const found: string[] = [];
  let path = asked.path;
  for (;;) {
    const text = await read(server, { ...asked, path });
    found.push(text);
    const next = /"continue": ?"([\w-]+)"/.exec(text)?.[1];
    if (next === undefined || found.length > 40) return found;
    path = `${asked.path}&continue=${next}`;
  }
}

async function compare(seed: Random, clock: ManualClock): Promise<void> {
  const store = createMemoryStore({ clock, random: seededRandom('store'), log: silentLogger });
  const start = (keyPrefix: string) =>
    startTestServer({ clock, store, keyPrefix, random: seededRandom(keyPrefix) });
  const servers = [await start('/kube/left'), await start('/kube/right')];
  for (const server of servers) {
    for (const name of ['one', 'two'])
      await send(server, 'POST', '/api/v1/namespaces', { metadata: { name } });
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    assert.equal(await send(server, 'POST', definitions, widgets(seed)), 201);
  }
  for (let round = 0; round < 12; round++) {
    for (let step = 0; step < 25; step++) {
      const server = pick(seed, servers);
      await writeSomething(server, seed, clock);
      // What is read now is kept.
      await read(server, something(seed, store.revision()));
    }
    for (const [at, prefix] of ['/kube/left', '/kube/right'].entries()) {
      const server = servers[at];
      assert.ok(server);
      const fresh = await start(prefix);
      for (let reads = 0; reads < 40; reads++) {
        const asked = something(seed, store.revision());
        assert.deepEqual(await pages(server, asked), await pages(fresh, asked), JSON.stringify(asked));
      }
      await fresh.close();
    }
  }
  for (const server of servers) await server.close();
  await store.close();
}

test('whatever was written and read before, every answer is that of a server that has just begun', async () => {
  const random = attackRandom('kept encodings');
  for (let round = 0; round < attackTries(1); round++) await compare(random, new ManualClock());
});

/** What an event is about, in whichever form it came. */
function gist({ type, object }: JsonObject): string {
  if (!isObject(object)) return '';
  const rows: unknown = object['rows'];
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (!isObject(row))
    return `${type} ${textOf(object.metadata, 'name')} ${textOf(object.metadata, 'resourceVersion')}`;
  const name = Array.isArray(row.cells) ? row.cells[0] : undefined;
  return `${type} ${name} ${textOf(object.metadata, 'resourceVersion')}`;
}

function textOf(object: unknown, member: string): string {
  return isObject(object) ? String(object[member]) : '';
}

test('watches in different encodings tell the same events in the same order', async (t) => {
  const random = attackRandom('watches');
  const server = await startTestServer({});
  t.after(() => server.close());
  const { watch } = await server.listen();
  const path = '/api/v1/namespaces/default/configmaps';
  for (const selector of ['', '&labelSelector=color%3Dred']) {
    const watches = await Promise.all(
      [json, ...forms.filter((form) => form.startsWith(json) && !form.includes('List'))].flatMap((accept) =>
        ['None', 'Metadata', 'Object'].map((include) =>
          watch(`${path}?watch=true&includeObject=${include}${selector}`, { accept }),
        ),
      ),
    );
    for (let step = 0; step < 100; step++) {
      const name = pick(random, names);
      const metadata = { name, labels: { color: pick(random, ['red', 'green']) } };
      const method = pick(random, ['POST', 'POST', 'PATCH', 'PATCH', 'DELETE']);
      await send(
        server,
        method,
        method === 'POST' ? path : `${path}/${name}`,
        method === 'DELETE' ? {} : { metadata },
      );
    }
    const last = `last${selector.length}`;
    await send(server, 'POST', path, { metadata: { name: last, labels: { color: 'red' } } });
    const told = watches.map(async (events) => {
      const found: string[] = [];
      while (!found.at(-1)?.includes(last)) found.push(gist((await events.next()) ?? { type: last }));
      events.close();
      return found;
    });
    const [first = [], ...others] = await Promise.all(told);
    assert.ok(first.length > 10);
    for (const other of others) assert.deepEqual(other, first);
  }
});
