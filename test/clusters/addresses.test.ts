import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressClaims } from '../../src/clusters/addresses/claims.ts';
import type { ClusterSpec } from '../../src/clusters/index.ts';
import type { Store } from '../../src/store/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { beforeCommit, drivers, meetingAtCommit, writesTo } from '../support/store-views.ts';

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
async function twoProcesses(store: Store) {
  const claims = [0, 1].map(() => new AddressClaims({ store, random: seededRandom('addresses') }));
  for (const each of claims) await each.load();
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

for (const driver of drivers) {
  describe(`addresses on one ${driver.name} store`, () => {
    test('an address of a logical network that six balancers ask for in two processes goes to one, then to the next', async () => {
      const { clusters, close } = await twoProcesses(driver.open());
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
          if ('refusal' in answer)
            assert.equal(answer.refusal, 'user supplied IP Address 172.19.0.12 is in use');
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
      const { clusters, close } = await twoProcesses(driver.open());
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
        if ('refusal' in answer)
          assert.equal(answer.refusal, 'no address is free in 172.19.0.10-172.19.0.15');
      }
      // Whoever has one keeps it when asking again.
      const again = await clusters[0].claim(holder('b0'), { scope: 'public', avoid });
      assert.deepEqual(again, answers[0]);
      await close();
    });

    test('two clusters that choose one address of a logical network at the same moment do not both get it', async () => {
      const store = driver.open();
      const { clusters, close } = await twoProcesses(
        meetingAtCommit(store, 2, writesTo(/^\/addresses\/.*\/172\.19\.0\.13$/)),
      );
      const asked = { scope: 'public', asked: '172.19.0.13', avoid } as const;
      const answers = await Promise.all(clusters.map((each, at) => each.claim(holder(`race-${at}`), asked)));
      const refused = answers.flatMap((answer) => ('refusal' in answer ? [answer.refusal] : []));
      assert.deepEqual(refused, ['user supplied IP Address 172.19.0.13 is in use']);
      assert.equal((await store.range({ prefix: '/addresses/' })).entries.length, 1);
      await close();
    });

    test('a leader that is replaced while it takes or gives back an address does neither', async () => {
      const store = driver.open();
      const elect = async () => {
        const elected = await store.commit({
          writes: [{ put: '/leadership/loops', value: new Uint8Array() }],
        });
        assert.ok(elected.ok);
        return { key: '/leadership/loops', revision: elected.revision };
      };
      const guards = [await elect()];
      const random = seededRandom('addresses');
      const open = async (view: Store, term: number) => {
        const claims = new AddressClaims({ store: view, random, fence: () => guards[term] ?? assert.fail() });
        await claims.load();
        return { claims, cluster: claims.ofCluster(() => clusterOf('c')) };
      };
      const replaced = async () => {
        guards.push(await elect());
      };
      const taking = await open(beforeCommit(store, writesTo(/^\/addresses\//), replaced), 0);
      const asked = { scope: 'public', asked: '172.19.0.13', avoid } as const;
      await assert.rejects(taking.cluster.claim(holder('b'), asked), /does not lead/);
      assert.deepEqual((await store.range({ prefix: '/addresses/' })).entries, []);
      assert.equal(taking.cluster.isHeld('public', '172.19.0.13'), false);
      const giving = await open(
        beforeCommit(store, ({ writes }) => writes.some((write) => 'delete' in write), replaced),
        1,
      );
      await giving.cluster.claim(holder('b'), asked);
      await giving.cluster.claim(holder('c'), { ...asked, asked: '172.19.0.14' });
      await assert.rejects(
        giving.claims.dropClusters(() => true),
        /does not lead/,
      );
      await assert.rejects(giving.cluster.settle(holder('b'), undefined), /does not lead/);
      assert.equal((await store.range({ prefix: '/addresses/' })).entries.length, 2);
      const next = await open(store, 2);
      await next.cluster.settle(holder('b'), undefined);
      await next.claims.dropClusters((clusterId) => clusterId === 'c');
      assert.deepEqual((await store.range({ prefix: '/addresses/' })).entries, []);
      for (const { claims } of [taking, giving, next]) claims.close();
      await store.close();
    });
  });
}
