import assert from 'node:assert/strict';
import { it } from 'node:test';
import { conditionOf } from '../../../src/apimachinery/conditions.ts';
import { textAt } from '../../../src/apimachinery/read.ts';
import { canonicalJson, isObject, type JsonObject } from '../../../src/base/index.ts';
import { startTestServer, type TestServer } from '../harness.ts';
import {
  flowGroup,
  type HeldServer,
  make,
  ownLevel,
  ownSchema,
  queuing,
  settle,
  startHeldServer,
} from './held-server.ts';

const people = ['noisy', 'quiet'];

async function onServer(use: (server: HeldServer) => Promise<void>): Promise<void> {
  const server = await startHeldServer({ requestsInFlight: { reads: 40, writes: 20 } });
  try {
    await use(server);
  } finally {
    await server.letAllGo();
    await server.close();
  }
}

async function objectAt(server: TestServer, path: string): Promise<JsonObject> {
  const read: unknown = await (await server.fetch(`/apis/${flowGroup}/${path}`)).json();
  assert.ok(isObject(read));
  return read;
}

async function send(server: TestServer, method: string, path: string, body?: JsonObject): Promise<number> {
  const answer = await server.fetch(`/apis/${flowGroup}/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
    headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
  });
  return answer.status;
}

/** Waits until what the server does by itself has come so far. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await settle();
}

it('a schema says whether its level exists, and acts from when it does', async () => {
  await onServer(async (server) => {
    await make(server, ownSchema('own', { level: 'late', people }));
    const dangling = async () => conditionOf(await objectAt(server, 'flowschemas/own'), 'Dangling');
    await until(async () => (await dangling()) !== undefined);
    const { lastTransitionTime, ...missing } = (await dangling()) ?? {};
    assert.ok(lastTransitionTime);
    assert.deepEqual(missing, {
      type: 'Dangling',
      status: 'True',
      reason: 'NotFound',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "late" but there is no such object',
    });
    const meanwhile = server.ask('noisy');
    await server.untilHeld(1);
    assert.match(await server.text(`${dumps}dump_requests`), /^global-default, +global-default, .*noisy/m);
    await server.letOneGo();
    await meanwhile.answer;
    await make(server, ownLevel('late', queuing(8, 1, 1)));
    await until(async () => (await dangling())?.['status'] === 'False');
    const level = textAt(await objectAt(server, 'prioritylevelconfigurations/late'), 'metadata', 'uid');
    const now = server.ask('noisy');
    await server.untilHeld(1);
    await server.letOneGo();
    assert.equal((await now.answer).headers['x-kubernetes-pf-prioritylevel-uid'], level);
  });
});

const dumps = '/debug/api_priority_and_fairness/';

it('who waits in a level that is deleted is served, newcomers go elsewhere, and then the level is gone', async () => {
  await onServer(async (server) => {
    await make(
      server,
      ownLevel('passing', queuing(8, 1, 9)),
      ownSchema('passing', { level: 'passing', people }),
    );
    const inside = [server.ask('noisy'), server.ask('noisy'), server.ask('noisy')];
    await server.untilHeld(1);
    await settle();
    assert.equal(await send(server, 'DELETE', 'prioritylevelconfigurations/passing'), 200);
    await settle();
    assert.match(
      await server.text(`${dumps}dump_priority_levels`),
      /^passing, +1, +false, +true, +2, +1, +1, +0, +0, +0$/m,
    );
    const elsewhere = server.ask('quiet');
    await server.untilHeld(2);
    assert.match(await server.text(`${dumps}dump_requests`), /^global-default, +global-default, .*quiet/m);
    while (server.held.length > 0) await server.letOneGo();
    for (const { answer } of [...inside, elsewhere]) assert.equal((await answer).status, 200);
    await settle();
    assert.doesNotMatch(await server.text(`${dumps}dump_priority_levels`), /passing/);
  });
});

it('a level that gets more seats, or fewer queues, lets those go on who wait in it', async () => {
  await onServer(async (server) => {
    await make(server, ownLevel('own', queuing(8, 1, 9), 1), ownSchema('own', { level: 'own', people }));
    const waiting = [server.ask('noisy'), server.ask('noisy'), server.ask('quiet')];
    await server.untilHeld(1);
    await settle();
    const change = { spec: { limited: { limitResponse: queuing(1, 1, 1) } } };
    assert.equal(await send(server, 'PATCH', 'prioritylevelconfigurations/own', change), 200);
    await settle();
    assert.equal(server.held.length, 1);
    const shares = { spec: { limited: { nominalConcurrencyShares: 100_000 } } };
    assert.equal(await send(server, 'PATCH', 'prioritylevelconfigurations/own', shares), 200);
    await server.untilHeld(2);
    while (server.held.length > 0) await server.letOneGo();
    for (const { answer } of waiting) assert.equal((await answer).status, 200);
  });
});

it('without a seat for anybody requests wait, and a level that may have ten million queues costs what is in them', async () => {
  await onServer(async (server) => {
    await make(
      server,
      ownLevel('wide', queuing(10_000_000, 2, 3), 0),
      ownSchema('wide', { level: 'wide', people }),
    );
    const before = process.memoryUsage().heapUsed;
    const waiting = [server.ask('noisy'), server.ask('quiet')];
    await settle();
    assert.equal(server.held.length, 0);
    assert.match(await server.text(`${dumps}dump_priority_levels`), /^wide, +2, +false, +false, +2, +0, /m);
    assert.equal((await server.text(`${dumps}dump_queues`)).match(/^wide,/gm)?.length, 2);
    assert.ok(process.memoryUsage().heapUsed - before < 64 * 1024 * 1024);
    for (const one of waiting) one.leave();
    for (const { answer } of waiting) assert.equal((await answer).status, 429);
  });
});

it('mandatory objects come back, and suggested ones follow what is suggested as long as their annotation lets them', async () => {
  const server = await startTestServer();
  try {
    const spec = async (path: string) => canonicalJson((await objectAt(server, path))['spec'] ?? null);
    const [exempt, probes] = [await spec('flowschemas/exempt'), await spec('flowschemas/probes')];
    assert.equal(await send(server, 'DELETE', 'flowschemas/exempt'), 200);
    await until(async () => (await spec('flowschemas/exempt')) === exempt);
    const precedence = { spec: { matchingPrecedence: 7 } };
    assert.equal(await send(server, 'PATCH', 'flowschemas/probes', precedence), 200);
    await until(async () => (await spec('flowschemas/probes')) === probes);
    const annotate = (value: string) => ({
      metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': value } },
    });
    assert.equal(
      await send(server, 'PATCH', 'flowschemas/probes', { ...annotate('false'), ...precedence }),
      200,
    );
    assert.equal(await send(server, 'PATCH', 'flowschemas/catch-all', annotate('false')), 200);
    await until(
      async () =>
        textAt(
          await objectAt(server, 'flowschemas/catch-all'),
          'metadata',
          'annotations',
          'apf.kubernetes.io/autoupdate-spec',
        ) === 'true',
    );
    assert.match(await spec('flowschemas/probes'), /"matchingPrecedence":7/);
    await make(server, { ...ownSchema('was-suggested', { level: 'exempt', people }), ...withAnnotation });
    await until(
      async () => (await server.fetch(`/apis/${flowGroup}/flowschemas/was-suggested`)).status === 404,
    );
    const shares = { spec: { exempt: { nominalConcurrencyShares: 6 } } };
    assert.equal(await send(server, 'PATCH', 'prioritylevelconfigurations/exempt', shares), 200);
    await settle();
    assert.match(await spec('prioritylevelconfigurations/exempt'), /"nominalConcurrencyShares":6/);
  } finally {
    await server.close();
  }
});

const withAnnotation = {
  metadata: { name: 'was-suggested', annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } },
};

it('what is mandatory cannot be changed into something else, in the words of a real server', async () => {
  const server = await startTestServer();
  try {
    for (const [path, change, says] of [
      [
        'flowschemas/exempt',
        { spec: { matchingPrecedence: 5 } },
        'spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"exempt"},"MatchingPrecedence":5,"DistinguisherMethod":null,"Rules":[{"Subjects":[{"Kind":"Group","User":null,"Group":{"Name":"system:masters"},"ServiceAccount":null}],"ResourceRules":[{"Verbs":["*"],"APIGroups":["*"],"Resources":["*"],"ClusterScope":true,"Namespaces":["*"]}],"NonResourceRules":[{"Verbs":["*"],"NonResourceURLs":["*"]}]}]}: spec of \'exempt\' must equal the fixed value',
      ],
      [
        'flowschemas/catch-all',
        { spec: { rules: null } },
        'spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"catch-all"},"MatchingPrecedence":10000,"DistinguisherMethod":{"Type":"ByUser"},"Rules":null}: spec of \'catch-all\' must equal the fixed value',
      ],
      [
        'prioritylevelconfigurations/catch-all',
        { spec: { limited: { nominalConcurrencyShares: 6 } } },
        'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":6,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of \'catch-all\' must equal the fixed value',
      ],
      [
        'prioritylevelconfigurations/exempt',
        { spec: { limited: {} } },
        'spec: Invalid value: {"Type":"Exempt","Limited":{"NominalConcurrencyShares":30,"LimitResponse":{"Type":"","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":{"NominalConcurrencyShares":0,"LendablePercent":0}}: spec of \'exempt\' except the \'spec.exempt\' field must equal the fixed value',
      ],
    ] as const) {
      const answer = await server.fetch(`/apis/${flowGroup}/${path}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify(change),
      });
      assert.equal(answer.status, 422);
      const status: unknown = await answer.json();
      assert.ok(textAt(isObject(status) ? status : {}, 'message').includes(says), says);
    }
  } finally {
    await server.close();
  }
});
