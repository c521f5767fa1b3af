import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConflict, typedClient } from '../../src/apimachinery/kinds.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { type ReplicaSet, replicaSets } from '../../src/controllers/kinds/apps.ts';
import { clusterContext } from '../../src/controllers/shared/context.ts';
import { commitStatus } from '../../src/controllers/shared/status.ts';
import { startTestServer } from '../apiserver/harness.ts';
import { testLog } from './harness.ts';

const labels = { app: 'a' };
const wanted: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'a', namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
};

test('a status is written when it says something else, and only then', async () => {
  const server = await startTestServer();
  const surroundings = { clock: systemClock, random: systemRandom, log: testLog };
  const { context, close } = clusterContext({ client: server.client, ...surroundings });
  try {
    const client = typedClient(server.client);
    const informer = context.informers.of(replicaSets);
    await informer.synced;
    const place = { client, informer };
    const made = await client.create(replicaSets, wanted);

    const written = await commitStatus(made, { replicas: 1, observedGeneration: 1 }, place);
    assert.ok(written);
    assert.equal(written.status?.replicas, 1);
    const known = informer.get('default/a');
    assert.equal(known?.metadata.resourceVersion, written.metadata.resourceVersion, 'before its watch tells');

    const same = { replicas: 1, readyReplicas: 0, observedGeneration: 1, conditions: [] };
    assert.equal(await commitStatus(written, same, place), written, 'zeros and empty lists say nothing');
    const noted = await commitStatus(written, same, { ...place, annotations: { note: 'b' } });
    assert.equal(noted?.metadata.annotations?.['note'], 'b', 'what is noted with it counts');
    assert.ok(noted);
    assert.equal(await commitStatus(noted, same, { ...place, annotations: { note: 'b' } }), noted);

    await assert.rejects(commitStatus(made, { replicas: 2 }, place), isConflict);
    const { resourceVersion: _, ...metadata } = made.metadata;
    const forced = await commitStatus({ ...made, metadata }, { replicas: 2 }, place);
    assert.equal(forced?.status?.replicas, 2);

    await client.delete(replicaSets, { namespace: 'default', name: 'a' });
    assert.equal(await commitStatus(noted, { replicas: 3 }, place), undefined, 'it is gone');
  } finally {
    close();
    await server.close();
  }
});
