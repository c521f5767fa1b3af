import assert from 'node:assert/strict';
import { it } from 'node:test';
import { textAt } from '../../../src/apimachinery/read.ts';
import { tokenAuthenticator } from '../../../src/apiserver/index.ts';
import { isObject } from '../../../src/base/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { startTestServer, users } from '../harness.ts';
import { flowGroup, make, ownLevel, ownSchema, queuing, settle, startHeldServer } from './held-server.ts';

const dumps = '/debug/api_priority_and_fairness/';

it('every answer names the schema and level that it was counted in, but those of streams and of nobody', async () => {
  const server = await startTestServer();
  try {
    const uidOf = async (path: string) => {
      const object: unknown = await (await server.fetch(`/apis/${flowGroup}/${path}`)).json();
      return textAt(isObject(object) ? object : {}, 'metadata', 'uid');
    };
    const named = async (path: string, token?: string, method = 'GET') => {
      const authorization = token === undefined ? '' : `Bearer ${token}`;
      const { status, headers } = await server.fetch(path, { method, headers: { authorization } });
      const uids = ['flowschema', 'prioritylevel'].map((of) => headers.get(`x-kubernetes-pf-${of}-uid`));
      return [status, ...uids];
    };
    const of = async (schema: string, level: string) => [
      await uidOf(`flowschemas/${schema}`),
      await uidOf(`prioritylevelconfigurations/${level}`),
    ];
    const [exempt, ordinary, probes] = [
      await of('exempt', 'exempt'),
      await of('global-default', 'global-default'),
      await of('probes', 'exempt'),
    ];
    assert.deepEqual(await named('/api/v1/namespaces', 'admin-token'), [200, ...exempt]);
    assert.deepEqual(await named('/api/v1/namespaces/none', 'admin-token'), [404, ...exempt]);
    assert.deepEqual(await named('/api/v1/namespaces', 'user-token'), [403, ...ordinary]);
    assert.deepEqual(await named('/version'), [200, ...ordinary]);
    assert.deepEqual(await named('/healthz'), [200, ...probes]);
    assert.deepEqual(await named('/healthz', undefined, 'POST'), [403, ...ordinary]);
    const log = '/api/v1/namespaces/default/pods/x/log';
    assert.deepEqual(await named(log, 'user-token'), [403, null, null]);
    assert.deepEqual(await named('/api/v1/namespaces', 'made-up'), [401, null, null]);
  } finally {
    await server.close();
  }
});

it('a name that was made up to look like another line of a dump stays on its own', async () => {
  const hostile = 'eve,\tglobal-default\nnarrow,  narrow\u2028';
  const server = await startHeldServer({ people: [hostile], requestsInFlight: { reads: 40, writes: 20 } });
  try {
    const asked = server.ask(hostile);
    await server.untilHeld(1);
    const text = await server.text(`${dumps}dump_requests?includeRequestDetails=1`);
    const lines = text.split('\n').filter((line) => line.includes('eve,'));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^global-default, +global-default, /);
    await server.letOneGo();
    await asked.answer;
  } finally {
    await server.letAllGo();
    await server.close();
  }
});

it('who waits longer than a request may is refused, a quarter of the time that it says', async () => {
  const clock = new ManualClock();
  const server = await startHeldServer({ clock, requestsInFlight: { reads: 40, writes: 20 } });
  try {
    await make(
      server,
      ownLevel('narrow', queuing(8, 1, 9)),
      ownSchema('narrow', { level: 'narrow', people: ['noisy', 'quiet'] }),
    );
    const first = server.ask('noisy');
    await server.untilHeld(1);
    const usual = server.ask('noisy');
    const hurried = server.ask('quiet', '/api/v1/namespaces/default/configmaps?timeout=8s');
    await settle();
    clock.advance(2_000);
    assert.equal((await hurried.answer).status, 429);
    clock.advance(12_999);
    await settle();
    assert.match(await server.text(`${dumps}dump_priority_levels`), /^narrow, +1, +false, +false, +1, +1, /m);
    clock.advance(1);
    assert.equal((await usual.answer).status, 429);
    assert.match(await server.text('/metrics'), /rejected_requests_total{[^}]*reason="time-out"} 2\n/);
    await server.letOneGo();
    assert.equal((await first.answer).status, 200);
  } finally {
    await server.letAllGo();
    await server.close();
  }
});

it('seats are shared out among levels as a real server shares them', async () => {
  const server = await startTestServer();
  try {
    const exempt = { spec: { exempt: { nominalConcurrencyShares: 6 } } };
    await server.fetch(`/apis/${flowGroup}/prioritylevelconfigurations/exempt`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(exempt),
    });
    const limited = { nominalConcurrencyShares: 30, limitResponse: { type: 'Reject' } };
    await make(server, {
      apiVersion: flowGroup,
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'other' },
      spec: { type: 'Limited', limited },
    });
    await settle();
    const text = await (await server.fetch('/metrics')).text();
    const seats = (level: string) =>
      ['nominal', 'lower', 'upper', 'current'].map((name) =>
        Number(
          new RegExp(`^apiserver_flowcontrol_${name}_limit_seats{priority_level="${level}"} (.*)$`, 'm').exec(
            text,
          )?.[1],
        ),
      );
    // Recorded from kube-apiserver v1.34.4 with the same levels, when nobody asked for anything.
    assert.deepEqual(
      ['catch-all', 'exempt', 'global-default', 'leader-election', 'node-high', 'other', 'system'].map(seats),
      [
        [11, 11, 611, 23],
        [13, 13, 613, 13],
        [43, 21, 643, 44],
        [22, 22, 622, 46],
        [86, 64, 686, 133],
        [65, 65, 665, 135],
        [65, 44, 665, 91],
      ],
    );
    assert.deepEqual(['workload-high', 'workload-low'].map(seats), [
      [86, 43, 686, 89],
      [214, 21, 814, 44],
    ]);
  } finally {
    await server.close();
  }
});

it('without priority and fairness reads and writes have a limit each, and the configuration is only stored', async () => {
  const server = await startHeldServer({
    priorityAndFairness: false,
    requestsInFlight: { reads: 1, writes: 0 },
  });
  try {
    const first = server.ask('noisy');
    await server.untilHeld(1);
    const refused = await server.ask('quiet').answer;
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
    assert.equal(refused.headers['x-kubernetes-pf-flowschema-uid'], undefined);
    assert.equal((await server.fetch('/api/v1/namespaces')).status, 200);
    assert.equal((await server.fetch(`${dumps}dump_priority_levels`)).status, 404);
    await server.letOneGo();
    assert.equal((await first.answer).status, 200);
  } finally {
    await server.letAllGo();
    await server.close();
  }
});

it('a large list takes more seats than one', async () => {
  const known = new Map(users);
  const server = await startHeldServer({
    authenticators: [
      tokenAuthenticator(
        new Map([...known, ['noisy', { username: 'noisy', uid: '', groups: [], extra: {} }]]),
      ),
    ],
  });
  try {
    for (let at = 0; at < 10; at++) {
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `large-${at}` },
        data: { text: 'x'.repeat(100_000) },
      });
      const path = '/api/v1/namespaces/default/configmaps';
      assert.equal((await server.fetch(path, { method: 'POST', body })).status, 201);
    }
    const list = server.ask('noisy');
    await server.untilHeld(1);
    const seats = /^global-default, +global-default, +\d+, +-1, +noisy, +[^,]+, +(\d+), /m;
    // Of 49 nominal seats no request has more than 49 / handSize (6).
    assert.equal(seats.exec(await server.text(`${dumps}dump_requests`))?.[1], '8');
    await server.letOneGo();
    await list.answer;
    const one = server.ask('noisy', '/api/v1/namespaces/default/configmaps/large-1');
    await server.untilHeld(1);
    assert.equal(seats.exec(await server.text(`${dumps}dump_requests`))?.[1], '1');
    await server.letOneGo();
    await one.answer;
  } finally {
    await server.letAllGo();
    await server.close();
  }
});
