import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../../src/apimachinery/conditions.ts';
import { silentLogger, systemRandom } from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { failingStore } from '../support/failing-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestServer } from './harness.ts';

const definitions = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
} as const;

function definition(plural: string, kind: string, shortName: string) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural, singular: plural, kind, listKind: `${kind}List`, shortNames: [shortName] },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
}

for (const failed of ['firsts', 'seconds'])
  test(`names that are freed go to all that wait for them, also when ${failed} cannot be written at that moment`, async (t) => {
    const clock = new ManualClock();
    const failing = failingStore(createMemoryStore({ clock, random: systemRandom, log: silentLogger }));
    const server = await startTestServer({ clock, store: failing.store });
    t.after(async () => {
      await server.close();
      await failing.store.close();
    });
    const accepted = async (plural: string) => {
      const found = await server.client.get(definitions, { name: `${plural}.example.com` });
      return conditionOf(found, 'NamesAccepted')?.['status'] === 'True';
    };
    await server.client.create(definitions, definition('holders', 'Wanted', 'w'));
    await server.client.create(definitions, definition('firsts', 'Wanted', 'f'));
    await server.client.create(definitions, definition('seconds', 'Second', 'w'));
    assert.deepEqual([await accepted('firsts'), await accepted('seconds')], [false, false]);
    failing.failOnce(({ writes }) =>
      writes.some((write) => 'put' in write && write.put.endsWith(`/${failed}.example.com`)),
    );
    await server.client.delete(definitions, { name: 'holders.example.com' });
    while (!(await accepted('firsts')) || !(await accepted('seconds'))) {
      await new Promise((next) => setImmediate(next));
      clock.advance(100);
    }
    assert.equal(failing.failed(), true);
  });
