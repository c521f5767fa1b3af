import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Json, jsonEqual } from '../../../src/base/index.ts';
import type { Estate } from '../../arm/estate.ts';
import { everyType } from '../every-type.ts';
import type { Leaf } from './models.ts';
import { neighbours, networkSubjects } from './network.ts';
import { containerServiceSubjects, otherSubjects } from './others.ts';
import { bodyWith, type Outcome, pathOf, type Subject, valueAt } from './subject.ts';

/** What resources print at their top, what errors hold, and what is refused as soon as anything stands in it: nobody reads these. */
const unread = /^(?:id|name|type|systemData(?:\..*)?|identity\.delegatedResources|.*rror\.details\[\])$/;

describe('every writable member of the SDKs’ models, sent alone', () => {
  let estate: Estate;
  let group: string;
  let made = 0;

  before(async () => {
    ({ estate } = await everyType());
    group = await estate.group('models');
    for (const [path, body] of neighbours)
      await write(`${group}/providers/Microsoft.Network/${path}`, '2024-05-01', body);
  });
  after(() => estate.close());

  /** No loop runs here: what a request began is ended. */
  const write = async (id: string, apiVersion: string, body: unknown) => {
    const reply = await estate.call('PUT', `${id}?api-version=${apiVersion}`, { body });
    if (reply.status < 300) {
      const { records } = estate.manager;
      for (const { id: begun, provisioningState } of await records.list(group)) {
        if (provisioningState === 'Succeeded') continue;
        await records.update(begun, (record) => ({ ...record, provisioningState: 'Succeeded' }));
      }
    }
    return reply;
  };

  /** Undefined: kept, after the first write, when the answer is sent again, and when it is changed. */
  async function outcome(
    subject: Subject,
    leaf: Leaf,
    values: readonly [Json, Json],
  ): Promise<Outcome | undefined> {
    const id = `${group}/providers/${subject.path(made++)}`;
    const { apiVersion } = subject;
    const shown = async () => (await estate.call('GET', `${id}?api-version=${apiVersion}`)).body;
    const isShown = async (value: Json) => jsonEqual((valueAt(await shown(), leaf) ?? null) as Json, value); // From JSON.
    const created = await write(id, apiVersion, bodyWith(subject, leaf, values[0]));
    try {
      if (created.status >= 300) return created.code;
      const first = await isShown(values[0]);
      const again = await write(id, apiVersion, await shown());
      assert.ok(again.status < 300, `${id}: the answer sent again: ${again.message}`);
      assert.equal(await isShown(values[0]), first, `${id}: the answer sent again`);
      const changed = await write(id, apiVersion, bodyWith(subject, leaf, values[1]));
      if (changed.status >= 300) return first ? `fixed: ${changed.code}` : `lost, then ${changed.code}`;
      const second = await isShown(values[1]);
      return first && second ? undefined : 'lost';
    } finally {
      await estate.call('DELETE', `${id}?api-version=${apiVersion}`);
      await estate.manager.records.remove(id);
    }
  }

  async function differences(subject: Subject): Promise<Record<string, Outcome>> {
    const found: Record<string, Outcome> = {};
    for (const leaf of subject.models.leaves(subject.model)) {
      const path = pathOf(leaf);
      const was = await outcome(subject, leaf, subject.values?.[path] ?? leaf.values);
      const isOwnWord = was === 'lost' || was === undefined || was.startsWith('fixed: ');
      const expected = subject.differs[path];
      // What a service says itself may happen to be what was sent.
      if (isOwnWord && (expected === 'printed' || expected === 'secret')) found[path] = expected;
      else if (was !== undefined) found[path] = was;
    }
    return found;
  }

  const check = async (subject: Subject) => {
    const leaves = new Set(subject.models.leaves(subject.model).map(pathOf));
    const expected = Object.entries(subject.differs).filter(([path]) => leaves.has(path));
    const lines = (entries: readonly (readonly [string, Outcome])[]) =>
      entries.map(([path, was]) => `${path}: ${was}`).sort();
    assert.deepEqual(lines(Object.entries(await differences(subject))), lines(expected), subject.model);
  };

  /** What stands in a body of another type is refused by a code of a fault of the caller's, and nothing is made. */
  const refusesWrongTypes = async (subject: Subject) => {
    const taken: string[] = [];
    for (const member of subject.models.members(subject.model)) {
      if (member.isReadOnly) continue;
      const id = `${group}/providers/${subject.path(made++)}`;
      const { status, code } = await write(id, subject.apiVersion, bodyWith(subject, member, member.wrong));
      if (status < 400) taken.push(pathOf(member));
      assert.ok(status < 500 || code === 'NotImplemented', `${pathOf(member)}: ${status} ${code}`);
      if (status < 300) await estate.manager.records.remove(id);
    }
    assert.deepEqual(
      taken.filter((path) => !unread.test(path)),
      [],
      subject.model,
    );
  };

  test('of Microsoft.Network is kept, or refused by name', async () => {
    for (const subject of networkSubjects(group)) await check(subject);
  });

  test('of Microsoft.ContainerService is kept, or refused by name', async () => {
    const service = `${group}/providers/Microsoft.ContainerService`;
    const cluster = {
      location: 'eastus',
      properties: { agentPoolProfiles: [{ name: 'system', mode: 'System', count: 1 }] },
    };
    for (const name of ['kept', 'other', 'blue', 'green'])
      await write(`${service}/managedClusters/${name}`, '2025-07-01', cluster);
    for (const name of ['kept', 'runs'])
      await write(`${service}/fleets/${name}`, '2025-03-01', { location: 'eastus' });
    for (const name of ['blue', 'green']) {
      const clusterResourceId = `${service}/managedClusters/${name}`;
      await write(`${service}/fleets/runs/members/${name}`, '2025-03-01', {
        properties: { clusterResourceId, group: name },
      });
      await write(`${service}/fleets/runs/updateStrategies/${name}`, '2025-03-01', {
        properties: { strategy: { stages: [{ name: 's', groups: [{ name }] }] } },
      });
    }
    for (const subject of containerServiceSubjects(group)) await check(subject);
  });

  test('of identities, connected clusters and roles is kept, or refused by name', async () => {
    const kept = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/kept`;
    await write(kept, '2023-01-31', { location: 'eastus' });
    for (const subject of otherSubjects(group)) await check(subject);
  });

  test('is refused when it is of another type, also beside the properties', async () => {
    const subjects = [...networkSubjects(group), ...containerServiceSubjects(group), ...otherSubjects(group)];
    for (const subject of subjects) await refusesWrongTypes(subject);
  });
});
