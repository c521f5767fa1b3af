import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsonObject, Random } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';
import { attackRandom, attackTries } from './seed.ts';

const group = 'rbac.authorization.k8s.io';
const namespaces = ['a', 'b'];
const subjects = [
  { kind: 'User', name: 'jane', apiGroup: group },
  { kind: 'Group', name: 'devs', apiGroup: group },
  { kind: 'ServiceAccount', name: 'robot', namespace: 'a' },
];
const users = [
  { user: 'jane', groups: ['devs'] },
  { user: 'joe', groups: ['devs'] },
  { user: 'system:serviceaccount:a:robot', groups: [] },
];

/** What the test has stored, by path; a second reading of it is what the server must say. */
type Stored = Map<string, JsonObject>;

interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
}

function rulesOf(stored: Stored, role: string, seen: readonly string[] = []): readonly Rule[] {
  const found = stored.get(role);
  // Written below, with these members.
  const { rules = [], selects } = (found ?? {}) as { rules?: Rule[]; selects?: string };
  if (selects === undefined) return rules;
  return [...stored].flatMap(([key, { label }]) =>
    label === selects && key !== role && !seen.includes(key) ? rulesOf(stored, key, [...seen, role]) : [],
  );
}

function mayGet(stored: Stored, who: (typeof users)[number], namespace: string): boolean {
  return [...stored].some(([key, { role, bound, subject }]) => {
    if (role === undefined || (bound !== '' && bound !== namespace)) return false;
    const { kind, name } = subjects[Number(subject)] ?? {};
    const isHis =
      kind === 'Group'
        ? who.groups.includes(String(name))
        : who.user === (kind === 'User' ? name : 'system:serviceaccount:a:robot');
    const rules = rulesOf(stored, String(role));
    return key !== '' && isHis && rules.some((rule) => rule.verbs.includes('get'));
  });
}

it('rights follow every change of roles, aggregates and bindings', async () => {
  const random = attackRandom('roles and bindings');
  const tries = attackTries(150);
  const server = await startTestServer();
  try {
    for (const name of namespaces) await send(server, 'POST', '/api/v1/namespaces', { metadata: { name } });
    const stored: Stored = new Map();
    let allowed = 0;
    for (let round = 0; round < tries; round++) {
      const made = random.integer(2) === 0 ? makeRole(random) : makeBinding(random);
      await change(server, stored, made);
      for (const who of users) {
        for (const namespace of namespaces) {
          const is = await ask(server, who, namespace);
          const told = `${who.user} in ${namespace}: ${JSON.stringify([...stored])}`;
          assert.equal(is, mayGet(stored, who, namespace), told);
          allowed += is ? 1 : 0;
        }
      }
    }
    assert.ok(allowed > tries / 10 && allowed < tries * 6, `${allowed} were allowed`);
  } finally {
    await server.close();
  }
});

interface Made {
  readonly path: string;
  readonly body: JsonObject;
  /** What of it counts. */
  readonly meaning: JsonObject;
  readonly isGone: boolean;
}

function placeOf(random: Random) {
  const bound = random.integer(3) === 0 ? '' : (namespaces[random.integer(2)] ?? '');
  const below = `/apis/${group}/v1${bound === '' ? '' : `/namespaces/${bound}`}`;
  return { bound, below, prefix: bound === '' ? 'cluster' : '', kind: bound === '' ? 'Cluster' : '' };
}

function makeRole(random: Random): Made {
  const { bound, below, prefix, kind } = placeOf(random);
  const label = `of-${random.integer(2)}`;
  const selects = `of-${random.integer(2)}`;
  const isAggregate = bound === '' && random.integer(3) === 0;
  const rules = [{ verbs: [random.integer(2) === 0 ? 'get' : 'list'], apiGroups: [''], resources: ['pods'] }];
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { label: selects } }] };
  return {
    path: `${below}/${prefix}roles/role-${random.integer(3)}`,
    body: {
      kind: `${kind}Role`,
      metadata: { labels: { label } },
      ...(isAggregate ? { aggregationRule } : { rules }),
    },
    meaning: { ...(bound === '' && { label }), ...(isAggregate ? { selects } : { rules }) },
    isGone: random.integer(4) === 0,
  };
}

function makeBinding(random: Random): Made {
  const { bound, below, prefix, kind } = placeOf(random);
  const isCluster = bound === '' || random.integer(2) === 0;
  const name = `role-${random.integer(3)}`;
  const subject = random.integer(subjects.length);
  return {
    path: `${below}/${prefix}rolebindings/binding-${random.integer(4)}`,
    body: {
      kind: `${kind}RoleBinding`,
      roleRef: { apiGroup: group, kind: isCluster ? 'ClusterRole' : 'Role', name },
      subjects: [subjects[subject] ?? {}],
    },
    meaning: {
      role: isCluster ? `/apis/${group}/v1/clusterroles/${name}` : `${below}/roles/${name}`,
      bound,
      subject,
    },
    isGone: random.integer(3) === 0,
  };
}

/** Deletes what is there, and puts the new state into its place unless it is to be gone. */
async function change(server: TestServer, stored: Stored, to: Made): Promise<void> {
  const { path } = to;
  const cut = path.lastIndexOf('/');
  const name = path.slice(cut + 1);
  const { metadata, ...rest } = to.body;
  const body = { apiVersion: `${group}/v1`, ...rest, metadata: { ...Object(metadata), name } };
  const isRole = to.meaning['role'] === undefined;
  if (stored.has(path) && isRole && !to.isGone) await send(server, 'PUT', path, body);
  else {
    if (stored.has(path)) await send(server, 'DELETE', path);
    if (!to.isGone) await send(server, 'POST', path.slice(0, cut), body);
  }
  if (to.isGone) stored.delete(path);
  else stored.set(path, to.meaning);
}

async function send(
  server: TestServer,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const response = await server.fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${text}`);
  return JSON.parse(text);
}

async function ask(server: TestServer, who: (typeof users)[number], namespace: string): Promise<boolean> {
  const resourceAttributes = { namespace, verb: 'get', resource: 'pods' };
  const review = await send(server, 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: { ...who, resourceAttributes },
  });
  return Object(review['status'])['allowed'] === true;
}
