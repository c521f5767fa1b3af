import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Random } from '../../src/base/index.ts';
import type { HttpResponse } from '../../src/http/contract.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { plainRequest } from '../support/request.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { grantAllIn, rbac } from './rights.ts';

/** Written into everything outside the namespace `mine`: no answer to its owner may hold it. */
const mark = 'not-for-jane';
const requests = attackTries(8_000);

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const marked = { annotations: { mark } };

describe('who holds everything in one namespace', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
    await fill(test);
    await grantAllIn(test, 'mine');
  });
  after(() => test.close());

  it(`reads and changes nothing outside it by ${requests} paths made at random`, async () => {
    const random = attackRandom('path rights');
    const tokens = await continueTokens(test);
    const outside = await everythingOutside(test);
    const served = new Map<string, number>();
    for (let made = 0; made < requests; made++) {
      const request = makeRequest(random, tokens);
      const { status, text } = await send(test, request);
      const told = `${request.method} ${request.path} answered ${status}`;
      assert.ok(!text.includes(mark), `${told}: ${text.slice(0, 300)}`);
      assert.ok(status !== 500 || text.includes(bindingWithoutTarget), `${told}: ${text.slice(0, 300)}`);
      if (status < 300) served.set(request.method, (served.get(request.method) ?? 0) + 1);
    }
    assert.deepEqual(await everythingOutside(test), outside);
    // It must be able to fail: a fair part of the requests is allowed and does something.
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      assert.ok((served.get(method) ?? 0) > 0, `${method} was served ${served.get(method) ?? 0} times`);
    }
  });
});

/** The real server has no better word for it than 500. */
const bindingWithoutTarget = 'target.name: Required value';

async function fill({ client }: TestServer): Promise<void> {
  for (const name of ['mine', 'theirs']) {
    const metadata = name === 'mine' ? { name } : { name, ...marked };
    await client.create(core('namespaces'), { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
  for (const [plural, kind] of [
    ['configmaps', 'ConfigMap'],
    ['secrets', 'Secret'],
    ['serviceaccounts', 'ServiceAccount'],
  ] as const) {
    await client.create(core(plural), {
      apiVersion: 'v1',
      kind,
      metadata: { name: 'one', namespace: 'mine' },
    });
    for (const name of ['one', 'two']) {
      const metadata = { name, namespace: 'theirs', ...marked };
      await client.create(core(plural), { apiVersion: 'v1', kind, metadata });
    }
  }
  await client.create(core('nodes'), {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'one', ...marked },
  });
  await client.create(rbac('clusterroles'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'one', ...marked },
    rules: [],
  });
}

/** Tokens that an administrator got for lists of everything. */
async function continueTokens({ client }: TestServer): Promise<string[]> {
  const tokens: string[] = [];
  for (const plural of ['configmaps', 'secrets', 'namespaces']) {
    const page = await client.list(core(plural), { limit: 1 });
    tokens.push(page.continue ?? '');
  }
  return tokens;
}

async function everythingOutside({ client }: TestServer): Promise<string[]> {
  const kinds = [
    ...['namespaces', 'nodes', 'configmaps', 'secrets', 'serviceaccounts', 'pods', 'events'].map(core),
    ...['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map(rbac),
  ];
  const found: string[] = [];
  for (const kind of kinds) {
    for (const object of (await client.list(kind)).items) {
      const { namespace, name } = object.metadata;
      if (namespace !== 'mine' && !(kind.resource === 'namespaces' && name === 'mine')) {
        found.push(JSON.stringify(object));
      }
    }
  }
  return found.sort();
}

interface Made {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
}

const roots = [
  'api/v1',
  'api/v1',
  'api/v1',
  'api/v1',
  'api/v1',
  'apis/rbac.authorization.k8s.io/v1',
  'apis/apps/v1',
];
const plurals = [
  ...['configmaps', 'configmaps', 'configmaps', 'secrets', 'serviceaccounts', 'namespaces', 'nodes'],
  ...['clusterroles', 'roles', 'pods', 'services', 'bindings'],
];
const subresources = [
  'status',
  'finalize',
  'scale',
  'token',
  'proxy',
  'eviction',
  'approval',
  'log',
  'namespaces',
];
const places = ['mine', 'mine', 'mine', 'mine', 'mine', 'mine', 'theirs', '', '..', '*'];
const names = ['one', 'one', 'one', 'one', 'two', 'mine', 'theirs', '', '..', '*'];
const pieces = ['namespaces', 'theirs', 'mine', '..', '.', '', 'watch', 'proxy', 'one', '%2e%2e', 'one%2f..'];
const methods = [
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'LIST',
  'WATCH',
  'OPTIONS',
];

function makeRequest(random: Random, tokens: readonly string[]): Made {
  for (;;) {
    const method = pick(random, methods);
    const path = makePath(random, method);
    // Its own namespace may be deleted by its owner: then there would be nothing left to try.
    if (method === 'DELETE' && /^\/+api\/v1\/namespaces(\/|%2f)mine[/.]*$/i.test(path)) continue;
    const contentType = pick(random, [
      'application/json',
      ...(method === 'PATCH' ? ['application/merge-patch+json', 'application/apply-patch+yaml'] : []),
    ]);
    return { method, path: path + makeQuery(random, tokens), body: makeBody(random, path), contentType };
  }
}

function makePath(random: Random, method: string): string {
  const segments = [pick(random, roots)];
  if (chance(random, 12)) segments.push(pick(random, ['watch', 'proxy']));
  if (!chance(random, 5)) segments.push('namespaces', pick(random, places));
  segments.push(pick(random, plurals));
  // Mostly a name where the method wants one.
  if (method === 'GET' ? chance(random, 2) : (method === 'POST') === chance(random, 8)) {
    segments.push(pick(random, names));
  }
  if (chance(random, 6)) segments.push(pick(random, subresources));
  for (let change = random.integer(4) - 1; change > 0; change--) {
    const at = 1 + random.integer(segments.length);
    segments.splice(at, random.integer(2), pick(random, pieces));
  }
  const separators = segments.map((_, at) => (at > 0 && chance(random, 30) ? '%2F' : '/'));
  return separators.map((separator, at) => separator + (segments[at] ?? '')).join('');
}

function makeQuery(random: Random, tokens: readonly string[]): string {
  const parameters = [
    ...['watch=1', 'watch', 'limit=1', 'dryRun=All', 'resourceVersion=1', 'fieldManager=x&force=true'],
    ...['metadata.namespace=theirs', 'metadata.name=one', 'type!=x\\,metadata.name=one'].map(
      (text) => `fieldSelector=${encodeURIComponent(text)}`,
    ),
    `continue=${encodeURIComponent(pick(random, tokens))}`,
    'namespace=theirs',
  ];
  const chosen = parameters.filter(() => chance(random, 8));
  return chosen.length === 0 ? '' : `?${chosen.join('&')}`;
}

function makeBody(random: Random, path: string): string {
  const kinds: Record<string, string> = {
    configmaps: 'ConfigMap',
    secrets: 'Secret',
    serviceaccounts: 'ServiceAccount',
    namespaces: 'Namespace',
    clusterroles: 'ClusterRole',
    roles: 'Role',
  };
  const plural = path.split(/\/|%2F/).findLast((segment) => segment in kinds) ?? '';
  const group = path.includes('rbac') ? 'rbac.authorization.k8s.io/v1' : 'v1';
  return JSON.stringify({
    apiVersion: group,
    kind: kinds[plural] ?? pick(random, Object.values(kinds)),
    metadata: {
      ...(chance(random, 2) ? { generateName: 'made-' } : { name: pick(random, ['one', 'one', 'theirs']) }),
      ...(chance(random, 3) ? { namespace: pick(random, ['mine', 'theirs']) } : {}),
      labels: { changed: random.string(5, 'abc') },
    },
  });
}

async function send({ server }: TestServer, made: Made): Promise<{ status: number; text: string }> {
  const body = Buffer.from(['GET', 'HEAD', 'DELETE'].includes(made.method) ? '' : made.body);
  const headers: Record<string, string> = {
    authorization: 'Bearer user-token',
    'content-type': made.contentType,
    'content-length': String(body.length),
  };
  const answer = await server.handler(
    plainRequest({ method: made.method, target: made.path, headers, body }),
  );
  return { status: answer.status, text: textOf(answer) };
}

/** What a stream begins with comes while it is started; the reader is gone after that. */
function textOf({ body }: HttpResponse): string {
  if (body === undefined) return '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  if (!('start' in body)) return Buffer.concat(body).toString();
  const chunks: Uint8Array[] = [];
  const closers: (() => void)[] = [];
  body.start({
    write: (chunk) => chunks.push(chunk) > 0,
    end: () => {},
    cut: () => {},
    onDrain: () => {},
    onClose: (run) => closers.push(run),
    closed: false,
  });
  for (const close of closers) close();
  return Buffer.concat(chunks).toString();
}

function pick<T>(random: Random, list: readonly T[]): T {
  const picked = list[random.integer(list.length)];
  assert.ok(picked !== undefined);
  return picked;
}

/** True once in `times`. */
function chance(random: Random, times: number): boolean {
  return random.integer(times) === 0;
}
