import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
const pods = '/api/v1/namespaces/default/pods';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

before(async () => {
  server = await startTestServer();
});
after(() => server.close());

async function send(method: string, path: string, body?: JsonObject, type = 'application/json') {
  const answer = await server.fetch(path, {
    method,
    headers: { 'content-type': type },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()), headers: answer.headers };
}

const merge = (path: string, body: JsonObject) => send('PATCH', path, body, 'application/merge-patch+json');

/** A pod on a node, so that a delete leaves it there for a while. */
async function makePod(name: string, app: string, state: { phase?: string; ready?: boolean } = {}) {
  const { phase = 'Running', ready = true } = state;
  await send('POST', pods, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app } } },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
  });
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  await merge(`${pods}/${name}/status`, { status: { phase, conditions } });
}

async function makeBudget(name: string, app: string, parts: { spec?: JsonObject; status: JsonObject }) {
  const spec = { minAvailable: 1, ...parts.spec, selector: { matchLabels: { app } } };
  await send('POST', budgets, {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name }, spec },
  });
  const status = {
    observedGeneration: 1,
    expectedPods: 9,
    desiredHealthy: 1,
    currentHealthy: 9,
    ...parts.status,
  };
  const written = await merge(`${budgets}/${name}/status`, { status });
  assert.equal(written.status, 200, JSON.stringify(written.body));
}

const evict = (name: string, more: JsonObject = {}) =>
  send('POST', `${pods}/${name}/eviction`, {
    ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, ...more },
  });

test('of many evictions at once no more pass than the budget has left', async () => {
  const names = Array.from({ length: 24 }, (_, i) => `many-${i}`);
  for (const name of names) await makePod(name, 'many');
  await makeBudget('many', 'many', { status: { disruptionsAllowed: 3 } });
  const answers = await Promise.all(names.map((name) => evict(name)));
  assert.deepEqual(
    [201, 429].map((code) => answers.filter(({ status }) => status === code).length),
    [3, 21],
  );
  const { status } = (await send('GET', `${budgets}/many`)).body;
  assert.equal(status.disruptionsAllowed, 0);
  const gone = names.filter((_, i) => answers[i]?.status === 201);
  assert.deepEqual(Object.keys(status.disruptedPods).sort(), gone.sort());
  const condition = status.conditions.find((one: JsonObject) => one['type'] === 'DisruptionAllowed');
  assert.deepEqual([condition.status, condition.reason], ['False', 'InsufficientPods']);
  const pod = (await send('GET', `${pods}/${gone[0]}`)).body;
  assert.ok(pod.metadata.deletionTimestamp);
  const target = pod.status.conditions.find((one: JsonObject) => one['type'] === 'DisruptionTarget');
  assert.deepEqual(
    [target.status, target.reason, target.message],
    ['True', 'EvictionByEvictionAPI', 'Eviction API: evicting'],
  );
});

test('a dry run takes nothing from the budget and leaves the pod, wherever it is asked for', async () => {
  await makePod('dry', 'dry');
  await makeBudget('dry', 'dry', { status: { disruptionsAllowed: 1 } });
  assert.equal((await evict('dry', { deleteOptions: { dryRun: ['All'] } })).status, 201);
  const asked = await send('POST', `${pods}/dry/eviction?dryRun=All`, {
    ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'dry' } },
  });
  assert.equal(asked.status, 201);
  assert.equal((await send('GET', `${pods}/dry`)).body.metadata.deletionTimestamp, undefined);
  assert.equal((await send('GET', `${budgets}/dry`)).body.status.disruptionsAllowed, 1);
});

test('pods that have ended, are going or have not begun are evicted without a budget', async () => {
  await makeBudget('free', 'free', { status: { disruptionsAllowed: 0 } });
  for (const phase of ['Succeeded', 'Failed', 'Pending']) {
    await makePod(`free-${phase.toLowerCase()}`, 'free', { phase });
    assert.equal((await evict(`free-${phase.toLowerCase()}`)).status, 201, phase);
  }
  await makePod('free-going', 'free');
  assert.equal((await evict('free-going')).status, 429);
  await send('DELETE', `${pods}/free-going`);
  assert.equal((await evict('free-going')).status, 201);
});

test('a pod that is not ready goes where its budget says so or where enough others are healthy', async () => {
  await makePod('sick', 'sick', { ready: false });
  await makeBudget('sick', 'sick', { status: { disruptionsAllowed: 0, currentHealthy: 0 } });
  const refused = await evict('sick');
  assert.equal(refused.status, 429);
  assert.match(refused.body.details.causes[0].message, /needs 1 healthy pods and has 0 currently/);
  await merge(`${budgets}/sick/status`, { status: { currentHealthy: 1 } });
  assert.equal((await evict('sick')).status, 201);
  assert.equal((await send('GET', `${budgets}/sick`)).body.status.disruptedPods, undefined);
  await makePod('ill', 'ill', { ready: false });
  await makeBudget('ill', 'ill', {
    spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    status: { disruptionsAllowed: 0, currentHealthy: 0 },
  });
  assert.equal((await evict('ill')).status, 201);
});

test('a pod that two budgets guard is not evicted, in the words of the real server', async () => {
  await makePod('twice', 'twice');
  await makeBudget('twice-a', 'twice', { status: { disruptionsAllowed: 1 } });
  await makeBudget('twice-b', 'twice', { status: { disruptionsAllowed: 1 } });
  const answer = await evict('twice');
  assert.deepEqual(
    [answer.status, answer.body.status, answer.body.code, answer.body.message],
    [
      500,
      'Failure',
      500,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    ],
  );
  assert.equal((await send('GET', `${pods}/twice`)).body.metadata.deletionTimestamp, undefined);
});

test('preconditions of an eviction hold for exactly that pod', async () => {
  await makePod('exact', 'exact');
  const { uid, resourceVersion } = (await send('GET', `${pods}/exact`)).body.metadata;
  const other = await evict('exact', { deleteOptions: { preconditions: { uid: 'another' } } });
  assert.equal(other.status, 409);
  const stale = await evict('exact', { deleteOptions: { preconditions: { resourceVersion: '1' } } });
  assert.equal(stale.status, 409);
  assert.equal(
    (await evict('exact', { deleteOptions: { preconditions: { uid, resourceVersion } } })).status,
    201,
  );
});
