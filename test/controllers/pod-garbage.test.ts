import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { pods } from '../../src/controllers/kinds/core.ts';
import { startPodGarbage } from '../../src/controllers/pod-garbage/controller.ts';
import { clusterContext } from '../../src/controllers/shared/context.ts';
import { startTestServer } from '../apiserver/harness.ts';
import { testLog } from './harness.ts';

test('of more finished pods than are kept the oldest go; those that run stay', async () => {
  const server = await startTestServer();
  const surroundings = { clock: systemClock, random: systemRandom, log: testLog };
  const { context, close } = clusterContext({ client: server.client, ...surroundings });
  const client = typedClient(server.client);
  const make = async (name: string, phase: string) => {
    const pod = await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    await client.update(pods, { ...pod, status: { ...pod.status, phase } }, { subresource: 'status' });
  };
  const names = async () => (await client.list(pods)).items.map(({ metadata }) => metadata.name).sort();
  const garbage = startPodGarbage(context, 3);
  try {
    for (const [i, phase] of ['Running', 'Succeeded', 'Failed', 'Succeeded'].entries())
      await make(`a${i}`, phase);
    await make('b', 'Failed');
    for (let turn = 0; turn < 5_000 && (await names()).length > 4; turn++) {
      await new Promise((next) => setImmediate(next));
    }
    const left = await names();
    assert.equal(left.length, 4);
    assert.ok(left.includes('a0'));
  } finally {
    close();
    await garbage.stopped;
    await server.close();
  }
});
