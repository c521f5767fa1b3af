import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { accessTypes, builtInRoleId, madeByEstate, type ResourceRecord } from '../../src/arm/index.ts';
import { Operations, operationLimits } from '../../src/arm/records/operations.ts';
import { createMemoryStore, openSqliteStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Estate, openEstate, people } from './estate.ts';
import { thing, things } from './things.ts';

const body = { location: 'eastus', properties: { power: 1 } };

describe('long-running operations', () => {
  let estate: Estate;
  let group: string;

  before(async () => {
    estate = await openEstate({ types: things });
    group = await estate.group('Dock');
  });
  after(() => estate.close());

  const settle = (name: string, outcome: Parameters<Estate['manager']['records']['update']>[2]) =>
    estate.manager.records.update(
      `${group}/providers/Contoso.Things/engines/${name}`,
      (record) => ({ ...record, provisioningState: outcome?.status ?? 'Succeeded' }),
      outcome,
    );

  test('PUT answers 201 with Azure-AsyncOperation, which turns Succeeded with the resource', async () => {
    const made = await estate.call('PUT', thing(group, 'engines/e1'), { body });
    assert.equal(made.status, 201);
    assert.deepEqual(made.body.properties, { power: 1, provisioningState: 'Creating' });
    assert.match(String(made.body.eTag), /^"[0-9a-f-]{36}"$/);
    assert.equal(made.headers['retry-after'], '1');
    const url = made.headers['azure-asyncoperation'] ?? '';
    assert.match(
      url,
      /^https:\/\/arm\.test:8443\/subscriptions\/[0-9a-f-]{36}\/providers\/Contoso\.Things\/locations\/eastus\/operationStatuses\/[0-9a-f-]{36}\?api-version=/,
    );
    const running = await estate.call('GET', url);
    assert.equal(running.body.status, 'InProgress');
    assert.equal(running.headers['retry-after'], '1');
    const busy = await estate.call('PUT', thing(group, 'engines/e1'), { body });
    assert.deepEqual([busy.status, busy.code], [409, 'Conflict']);
    await settle('e1', { status: 'Succeeded' });
    const done = await estate.call('GET', url);
    assert.equal(done.body.status, 'Succeeded');
    assert.equal(done.body.percentComplete, 100);
    const read = await estate.call('GET', thing(group, 'engines/e1'));
    assert.deepEqual(read.body.properties, { power: 1, provisioningState: 'Succeeded' });
    assert.notEqual(read.body.eTag, made.body.eTag);
  });

  test('a failed PUT leaves the resource, and the operation carries the error', async () => {
    const made = await estate.call('PUT', thing(group, 'engines/bad'), { body });
    await settle('bad', { status: 'Failed', error: { code: 'NoFuel', message: 'There is no fuel.' } });
    const status = await estate.call('GET', made.headers['azure-asyncoperation'] ?? '');
    assert.equal(status.status, 200);
    assert.equal(status.body.status, 'Failed');
    assert.equal(status.message, 'There is no fuel.');
    const read = await estate.call('GET', thing(group, 'engines/bad'));
    assert.deepEqual(read.body.properties, { power: 1, provisioningState: 'Failed' });
  });

  test('PATCH answers 202; its Location ends with the resource', async () => {
    await estate.call('PUT', thing(group, 'engines/p'), { body });
    await settle('p', { status: 'Succeeded' });
    const patched = await estate.call('PATCH', thing(group, 'engines/p'), {
      body: { properties: { power: 2 } },
    });
    assert.equal(patched.status, 202);
    const location = patched.headers.location ?? '';
    const waiting = await estate.call('GET', location);
    assert.equal(waiting.status, 202);
    assert.ok(waiting.headers.location);
    await settle('p', { status: 'Succeeded' });
    const ended = await estate.call('GET', location);
    assert.equal(ended.status, 200);
    assert.deepEqual(ended.body.properties, { power: 2, provisioningState: 'Succeeded' });
  });

  test('DELETE answers 202 until the loop removed it; a second DELETE joins the first', async () => {
    await estate.call('PUT', thing(group, 'engines/d'), { body });
    await settle('d', { status: 'Succeeded' });
    const deleted = await estate.call('DELETE', thing(group, 'engines/d'));
    assert.equal(deleted.status, 202);
    const again = await estate.call('DELETE', thing(group, 'engines/d'));
    assert.equal(again.headers.location, deleted.headers.location);
    const read = await estate.call('GET', thing(group, 'engines/d'));
    assert.deepEqual(read.body.properties, { power: 1, provisioningState: 'Deleting' });
    await estate.manager.records.remove(`${group}/providers/Contoso.Things/engines/d`);
    assert.equal((await estate.call('GET', deleted.headers.location ?? '')).status, 204);
    const status = await estate.call('GET', deleted.headers['azure-asyncoperation'] ?? '');
    assert.equal(status.body.status, 'Succeeded');
    assert.equal((await estate.call('DELETE', thing(group, 'engines/d'))).status, 204);
  });

  test('a later action puts its result into the status and at its Location', async () => {
    await estate.call('PUT', thing(group, 'widgets/w'), { body: { location: 'eastus' } });
    const begun = await estate.call('POST', thing(group, 'widgets/w/measure'), { body: { what: 'width' } });
    assert.equal(begun.status, 202);
    const status = await poll(begun.headers['azure-asyncoperation'] ?? '');
    assert.deepEqual(status.body.properties, { measured: 'width' });
    const result = await estate.call('GET', begun.headers.location ?? '');
    assert.deepEqual([result.status, result.body], [200, { measured: 'width' }]);
    const broken = await estate.call('POST', thing(group, 'widgets/w/explode'));
    const failed = await poll(broken.headers['azure-asyncoperation'] ?? '');
    assert.equal(failed.code, 'InternalServerError');
    assert.doesNotMatch(failed.message, /secret/);
    assert.equal((await estate.call('GET', broken.headers.location ?? '')).status, 500);
  });

  test('operations are seen by their starter and by readers of the resource only', async () => {
    const made = await estate.call('PUT', thing(group, 'engines/seen'), { body });
    const url = made.headers['azure-asyncoperation'] ?? '';
    assert.equal((await estate.call('GET', url, { as: people.nobody })).status, 404);
    assert.equal((await estate.call('GET', url, { as: null })).status, 401);
    assert.equal((await estate.call('GET', url.replace('operationStatuses', 'operations'))).status, 200);
  });

  test('what an action answered is for those who may ask for it now, not for readers nor for who began it once', async () => {
    await estate.call('PUT', thing(group, 'widgets/kept'), { body: { location: 'eastus' } });
    const { records } = estate.manager;
    const give = async (role: string) => {
      const id = `${group}/providers/${accessTypes.roleAssignments}/${role}`;
      await records.put({
        id,
        name: role,
        type: accessTypes.roleAssignments,
        properties: {
          scope: group,
          principalId: people.reader.objectId,
          roleDefinitionId: builtInRoleId(role),
        },
        provisioningState: 'Succeeded',
        systemData: madeByEstate(0),
        etag: '"x"',
      });
      return id;
    };
    const contributor = await give('Contributor');
    const as = people.reader;
    const begun = await estate.call('POST', thing(group, 'widgets/kept/measure'), {
      as,
      body: { what: 'credential' },
    });
    const [status = '', location = ''] = [begun.headers['azure-asyncoperation'], begun.headers.location];
    await poll(status);
    assert.match(JSON.stringify((await estate.call('GET', status, { as })).body), /credential/);
    assert.equal((await estate.call('GET', location, { as })).status, 200);
    const engine = await estate.call('PUT', thing(group, 'engines/kept'), { as, body });
    await settle('kept', { status: 'Succeeded' });
    const result = (engine.headers['azure-asyncoperation'] ?? '').replace('Statuses', 'Results');
    assert.equal((await estate.call('GET', result, { as })).status, 200);

    const reader = await give('Reader');
    await records.remove(contributor);
    const seen = await estate.call('GET', status, { as });
    assert.deepEqual([seen.status, seen.body.status, seen.body.properties], [200, 'Succeeded', undefined]);
    const refused = await estate.call('GET', location, { as });
    assert.deepEqual([refused.status, refused.code], [403, 'AuthorizationFailed']);
    assert.match(refused.message, /Contoso\.Things\/widgets\/measure\/action/);
    assert.equal((await estate.call('GET', result, { as })).status, 200);
    await records.remove(reader);
    assert.equal((await estate.call('GET', result, { as })).code, 'AuthorizationFailed');
    assert.equal((await estate.call('GET', location)).status, 200);
  });

  test('finished operations are dropped after their retention', async () => {
    const made = await estate.call('PUT', thing(group, 'engines/old'), { body });
    await settle('old', { status: 'Succeeded' });
    const url = made.headers['azure-asyncoperation'] ?? '';
    assert.equal((await estate.call('GET', url)).status, 200);
    estate.clock.advance(8 * 24 * 3600 * 1000);
    for (let round = 0; round < 200 && (await estate.call('GET', url)).status === 200; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      estate.clock.advance(3600 * 1000);
    }
    assert.equal((await estate.call('GET', url)).code, 'OperationNotFound');
  });

  async function poll(url: string) {
    for (;;) {
      const reply = await estate.call('GET', url);
      if (reply.body.status !== 'InProgress') return reply;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

test('of very many finished operations the newest are kept, and those that run stay all', async () => {
  const clock = new ManualClock();
  const random = seededRandom('many');
  const store = createMemoryStore({ clock, random });
  const operations = new Operations({ store, clock, random, statusWaitMs: 0 });
  const about = {
    subscriptionId: 's',
    namespace: 'n',
    location: 'l',
    resourceId: '/r',
    verb: 'put',
    callerObjectId: 'o',
    apiVersion: 'v',
    retryAfterSeconds: 1,
  } as const;
  const running = operations.begin(about);
  await operations.store(running);
  const ended: string[] = [];
  for (let i = 0; i < operationLimits.finishedKept + operationLimits.endedBeforeSweep; i++) {
    const operation = operations.end(operations.begin(about), { status: 'Succeeded' });
    ended.push(operation.id);
    await operations.store(operation);
    clock.advance(1);
  }
  await operations.sweepWhenDue();
  const { entries } = await store.range({ prefix: '/arm/operations/' });
  assert.equal(entries.length, operationLimits.finishedKept + 1);
  assert.equal((await operations.get(running.id))?.status, 'InProgress');
  assert.equal(await operations.get(ended[0] ?? ''), undefined);
  assert.ok(await operations.get(ended.at(-1) ?? ''));
  const before = store.revision();
  await operations.sweepWhenDue();
  assert.equal(store.revision(), before, 'nothing is due');
  await store.close();
});

test('after a restart records, running operations and roles are as they were, and cut-off actions have failed but for those of a loop', async () => {
  const home = temporaryFolder('arm');
  const file = join(home, 'store.db');
  const open = () => openSqliteStore({ file, clock: new ManualClock(), random: seededRandom('s') });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const widget = things[0] ?? assert.fail();
  const types = [
    {
      ...widget,
      actions: {
        hang: {
          mode: 'later' as const,
          run: async () => {
            await held;
            return {};
          },
        },
        sleep: {
          mode: 'converged' as const,
          change: ({ record }: { record: ResourceRecord }) => ({ ...record, provisioningState: 'Sleeping' }),
        },
      },
    },
    ...things.slice(1),
  ];
  const first = await openEstate({ types, store: open() });
  const group = await first.group('Dock');
  await first.call('PUT', thing(group, 'widgets/w'), { body: { location: 'eastus', tags: { a: 'b' } } });
  const engine = await first.call('PUT', thing(group, 'engines/e'), { body });
  const hanging = await first.call('POST', thing(group, 'widgets/w/hang'));
  const sleeping = await first.call('POST', thing(group, 'widgets/w/sleep'));
  await first.close();
  release();

  const second = await openEstate({ types, store: open() });
  try {
    assert.equal(second.subscription, first.subscription);
    assert.deepEqual((await second.call('GET', thing(group, 'widgets/w'))).body.tags, { a: 'b' });
    const url = engine.headers['azure-asyncoperation'] ?? '';
    assert.equal((await second.call('GET', url)).body.status, 'InProgress');
    const cut = await second.call('GET', hanging.headers['azure-asyncoperation'] ?? '');
    assert.equal(cut.code, 'OperationInterrupted');
    const goesOn = sleeping.headers['azure-asyncoperation'] ?? '';
    assert.equal((await second.call('GET', goesOn)).body.status, 'InProgress');
    await second.manager.records.update(
      `${group}/providers/Contoso.Things/widgets/w`,
      (record) => ({ ...record, provisioningState: 'Succeeded' }),
      { status: 'Succeeded' },
    );
    assert.equal((await second.call('GET', goesOn)).body.status, 'Succeeded');
    await second.manager.records.update(
      `${group}/providers/Contoso.Things/engines/e`,
      (record) => ({ ...record, provisioningState: 'Succeeded' }),
      { status: 'Succeeded' },
    );
    assert.equal((await second.call('GET', url)).body.status, 'Succeeded');
  } finally {
    await second.close();
    await rm(home, { recursive: true });
  }
});

test('a question about a running operation is held until it ends, or until the time to wait is over', async () => {
  const clock = new ManualClock();
  const estate = await openEstate({ types: things, clock, statusWaitMs: 500 });
  const group = await estate.group('Dock');
  const made = await estate.call('PUT', thing(group, 'engines/e1'), { body });
  const url = made.headers['azure-asyncoperation'] ?? '';

  const ended = estate.call('GET', url);
  await estate.manager.records.update(
    `${group}/providers/Contoso.Things/engines/e1`,
    (record) => ({ ...record, provisioningState: 'Succeeded' }),
    { status: 'Succeeded' },
  );
  assert.equal((await ended).body.status, 'Succeeded');

  const second = await estate.call('PUT', thing(group, 'engines/e2'), { body });
  const running = estate.call('GET', second.headers['azure-asyncoperation'] ?? '');
  // The timer is set once the request has looked the operation up.
  await new Promise((turn) => setImmediate(turn));
  clock.advance(500);
  assert.equal((await running).body.status, 'InProgress');
  await estate.close();
});
