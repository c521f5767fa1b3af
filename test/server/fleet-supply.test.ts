import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSpec } from '../../src/clusters/index.ts';
import { createFleetSupply } from '../../src/server/fleet-supply.ts';
import { delegate } from '../reconcile/delegate.ts';
import { openClusterHost } from '../support/cluster-host.ts';

const hubSpec: ClusterSpec = {
  clusterId: '22222222-2222-4222-8222-222222222222',
  name: 'hub',
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/fleets/f',
  role: 'hub',
  kubernetesVersion: '1.33.4',
  hostNames: ['hub.hcp.localhost'],
  publicEndpoint: false,
  nodes: [],
  access: {
    adminGroupObjectIds: [],
    roleFamily: 'fleet',
    roleScope: '',
    localAccounts: true,
    entraAudience: undefined,
  },
};

/** The same with some members in the place of its own. */
function seenThrough<T extends object>(one: T, instead: Partial<T>): T {
  return new Proxy(one, {
    get(target, name) {
      const value: unknown = Reflect.get(name in instead ? instead : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('controllers of a hub that could not be ended when it was to stop are ended by the next try', async (t) => {
  const { host, surroundings, close } = await openClusterHost({
    controllers: () => ({ update: async () => undefined, close: async () => undefined }),
  });
  t.after(close);

  // Watches of the hub's controllers are counted, and the first that is to end does not.
  const open = new Set<object>();
  let fails = true;
  const clusters = seenThrough(host, {
    get(clusterId: string) {
      const hub = host.get(clusterId);
      if (!hub) return undefined;
      const client = delegate(hub.client, {
        watch(...args) {
          const watch = hub.client.watch(...args);
          open.add(watch);
          const close = () => {
            if (fails) {
              fails = false;
              throw new Error('this watch does not end');
            }
            watch.close();
            open.delete(watch);
          };
          return { ...watch, close };
        },
      });
      return seenThrough(hub, { client });
    },
  });
  const memberships = { fleetOf: () => undefined };
  const fleets = createFleetSupply({ clusters, memberships, limits: {}, ...surroundings });
  t.after(() => fleets.close());
  await host.ensure(hubSpec);
  await fleets.prepareHub(hubSpec.clusterId);
  while (open.size === 0) await new Promise((next) => setImmediate(next));
  await assert.rejects(host.stop(hubSpec), /this watch does not end/);
  await host.stop(hubSpec);
  assert.equal(open.size, 0);
});
