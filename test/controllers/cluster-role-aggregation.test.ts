import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { type ClusterRole, clusterRoles } from '../../src/controllers/kinds/rbac.ts';
import { eventually, startTestCluster } from './harness.ts';

function role(name: string, labels: Record<string, string>, resource: string): ClusterRole {
  const rules = [{ verbs: ['get'], apiGroups: ['example.com'], resources: [resource] }];
  const { apiVersion, kind } = clusterRoles;
  return { apiVersion, kind, metadata: { name, labels }, rules };
}

const resourcesOf = (one: ClusterRole | undefined) =>
  (one?.rules ?? []).flatMap((rule) => rule.resources ?? []);

test('a role that gathers rules has those of all that it selects, and follows them, label by label', async () => {
  const cluster = await startTestCluster({ profile: 'hub' });
  try {
    const client = typedClient(cluster.client);
    const { apiVersion, kind } = clusterRoles;
    const label = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
    const view = await eventually(
      cluster.client,
      clusterRoles,
      { name: 'view' },
      (one) => resourcesOf(one).length > 40,
    );
    const source = await client.get(clusterRoles, { name: 'system:aggregate-to-view' });
    assert.deepEqual(view?.rules, source.rules);

    await client.create(clusterRoles, role('crontab-viewer', label, 'crontabs'));
    // What edit gathers from view, and admin from edit, arrives there as well.
    for (const name of ['view', 'edit', 'admin'])
      await eventually(cluster.client, clusterRoles, { name }, (one) =>
        resourcesOf(one).includes('crontabs'),
      );

    await client.create(clusterRoles, {
      ...{ apiVersion, kind, metadata: { name: 'mine' }, rules: [] },
      aggregationRule: {
        clusterRoleSelectors: [
          { matchLabels: { mine: 'b' } },
          { matchExpressions: [{ key: 'mine', operator: 'Exists' }] },
        ],
      },
    });
    await client.create(clusterRoles, role('one', { mine: 'a' }, 'ones'));
    await client.create(clusterRoles, role('two', { mine: 'b' }, 'twos'));
    const holds =
      (...resources: string[]) =>
      (one: ClusterRole | undefined) =>
        resourcesOf(one).join() === resources.join();
    await eventually(cluster.client, clusterRoles, { name: 'mine' }, holds('twos', 'ones'));
    await client.patch(
      clusterRoles,
      { name: 'one' },
      { type: 'merge', body: { metadata: { labels: { mine: null } } } },
    );
    await eventually(cluster.client, clusterRoles, { name: 'mine' }, holds('twos'));
    await client.delete(clusterRoles, { name: 'two' });
    await eventually(cluster.client, clusterRoles, { name: 'mine' }, holds());
  } finally {
    await cluster.close();
  }
});
