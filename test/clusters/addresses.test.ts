import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressClaims } from '../../src/clusters/addresses/claims.ts';
import type { ClusterSpec } from '../../src/clusters/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

const balancers = [{ first: '172.19.0.10', last: '172.19.0.15' }];

function clusterOf(clusterId: string): ClusterSpec {
  return {
    clusterId,
    name: clusterId,
    resourceId: `/subscriptions/s/${clusterId}`,
    role: 'member',
    kubernetesVersion: '1.33.4',
    hostNames: [`${clusterId}.hcp.localhost`],
    publicEndpoint: true,
    nodes: [],
    network: { name: 'network/lnet', nodes: [], balancers, reserved: [] },
    access: {
      adminGroupObjectIds: [],
      roleFamily: undefined,
      roleScope: '',
      localAccounts: true,
      entraAudience: undefined,
    },
  };
}

/** Two clusters on one logical network, each in a process of its own. */
async function twoProcesses() {
  const store = createMemoryStore({ clock: new ManualClock(), random: seededRandom('store') });
  const claims = [0, 1].map(() => new AddressClaims({ store, random: seededRandom('addresses') }));
  for (const each of claims) await each.load(() => true);
  const clusters = claims.map((each, at) => each.ofCluster(() => clusterOf(`c${at}`)));
  const [one, two] = clusters;
  assert.ok(one && two);
  return {
    clusters: [one, two] as const,
    async close() {
      for (const each of claims) each.close();
      await store.close();
    },
  };
}

const avoid = new Set<string>();
const holder = (name: string) => ({ name, uid: `uid of ${name}` });

test('an address of a logical network that six balancers ask for in two processes goes to one, then to the next', async () => {
  const { clusters, close } = await twoProcesses();
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        clusters[at % 2 === 0 ? 0 : 1].claim(holder(`${round}-${at}`), {
          scope: 'public',
          asked: '172.19.0.12',
          avoid,
        }),
      ),
    );
    const winners = answers.flatMap((answer, at) => ('address' in answer ? [at] : []));
    assert.equal(winners.length, 1);
    for (const answer of answers) {
      if ('refusal' in answer) assert.equal(answer.refusal, 'user supplied IP Address 172.19.0.12 is in use');
    }
    const [winner = 0] = winners;
    let heard = 0;
    const silence = clusters[winner % 2 === 0 ? 1 : 0].onFreed(() => heard++);
    await clusters[winner % 2 === 0 ? 0 : 1].settle(holder(`${round}-${winner}`), undefined);
    assert.equal(heard, 1, 'the other process hears that it is free');
    silence();
  }
  await close();
});

test('two processes hand out every address of a logical network once', async () => {
  const { clusters, close } = await twoProcesses();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      clusters[at % 2 === 0 ? 0 : 1].claim(holder(`b${at}`), { scope: 'public', avoid }),
    ),
  );
  const given = answers.flatMap((answer) => ('address' in answer ? [answer.address] : []));
  assert.deepEqual(
    given.sort(),
    [10, 11, 12, 13, 14, 15].map((last) => `172.19.0.${last}`),
  );
  for (const answer of answers) {
    if ('refusal' in answer) assert.equal(answer.refusal, 'no address is free in 172.19.0.10-172.19.0.15');
  }
  // Whoever has one keeps it when asking again.
  const again = await clusters[0].claim(holder('b0'), { scope: 'public', avoid });
  assert.deepEqual(again, answers[0]);
  await close();
});
