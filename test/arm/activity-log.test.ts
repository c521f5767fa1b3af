import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endOf } from '../../src/arm/activity/entry.ts';
import { ActivityLog, activityLimits } from '../../src/arm/activity/log.ts';
import { Operations } from '../../src/arm/records/operations.ts';
import { type JsonObject, silentLogger } from '../../src/base/index.ts';
import { authorizationTypes } from '../../src/providers/authorization/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type CallOptions, type Estate, type EstateOptions, openEstate, people } from './estate.ts';
import { thing, things } from './things.ts';

const open = (options: EstateOptions = {}) =>
  openEstate({ ...options, types: [...things, ...authorizationTypes] });
const since = "eventTimestamp ge '2000-01-01T00:00:00Z' and eventTimestamp le '2100-01-01'";

function target(estate: Estate, filter: string, more = ''): string {
  const query = `$filter=${encodeURIComponent(filter)}${more}&api-version=2015-04-01`;
  return `${estate.subscription}/providers/Microsoft.Insights/eventtypes/management/values?${query}`;
}

async function events(estate: Estate, filter = since, options: CallOptions = {}): Promise<JsonObject[]> {
  const { status, body, message } = await estate.call('GET', target(estate, filter), options);
  assert.equal(status, 200, message);
  return body.value as JsonObject[];
}

const said = (list: readonly JsonObject[]) =>
  list.map(({ operationName, status }) => [
    (operationName as JsonObject).value,
    (status as JsonObject).value,
  ]);
const writes = 'Contoso.Things/widgets/write';

describe('the activity log', () => {
  test('tells who changed what, with which request, and never what was sent', async () => {
    const estate = await open();
    const group = await estate.group('g');
    const correlation = '11111111-2222-4333-8444-555555555555';
    const sent = { location: 'eastus', properties: { password: 'hunter2' } };
    await estate.call('PUT', thing(group, 'widgets/w'), {
      body: sent,
      headers: { 'x-ms-correlation-request-id': correlation, 'x-ms-client-request-id': 'mine' },
    });
    const found = await events(estate, `${since} and correlationId eq '${correlation}'`);
    assert.deepEqual(said(found), [
      [writes, 'Succeeded'],
      [writes, 'Started'],
    ]);
    const [last] = found;
    assert.equal(last?.caller, people.admin.name);
    assert.equal(last?.resourceId, `${group}/providers/Contoso.Things/widgets/w`);
    assert.deepEqual(last?.httpRequest, {
      clientRequestId: 'mine',
      clientIpAddress: '127.0.0.1',
      method: 'PUT',
      uri: `https://arm.test:8443${thing(group, 'widgets/w')}`,
    });
    assert.deepEqual([last?.level, last?.resourceGroupName], ['Informational', 'g']);
    assert.deepEqual(last?.subStatus, { value: 'Created', localizedValue: 'Created' });
    assert.ok(!JSON.stringify(found).includes('hunter2'));
    await estate.close();
  });

  test('tells of reads nothing, of refusals what was wrong, and of those who may not nothing at all', async () => {
    const estate = await open();
    const group = await estate.group('g');
    await estate.call('GET', thing(group, 'widgets/w'));
    await estate.call('PUT', thing(group, 'widgets/w'), { as: people.nobody, body: { location: 'eastus' } });
    await estate.call('PUT', thing(group, 'widgets/w'), { as: null, body: { location: 'eastus' } });
    await estate.call('PUT', thing(group, 'widgets/w'), { body: { location: 'nowhere' } });
    const found = await events(estate, `${since} and resourceProvider eq 'contoso.things'`);
    assert.deepEqual(said(found), [
      [writes, 'Failed'],
      [writes, 'Started'],
    ]);
    assert.equal(found[0]?.level, 'Error');
    assert.match(JSON.stringify(found[0]?.properties), /LocationNotAvailableForResourceType/);
    await estate.close();
  });

  test('tells of an operation when it was accepted and how it ended, also when that was after a restart', async () => {
    const store = createMemoryStore({ clock: new ManualClock(), random: seededRandom('log') });
    const first = await open({ store });
    const group = await first.group('g');
    const ids = ['good', 'bad', 'late'].map((name) => `${group}/providers/Contoso.Things/engines/${name}`);
    for (const id of ids)
      await first.call('PUT', `${id}?api-version=2024-05-01`, { body: { location: 'eastus' } });
    const [good = '', bad = '', late = ''] = ids;
    const end = (estate: Estate, id: string, outcome: Parameters<typeof estate.manager.records.update>[2]) =>
      estate.manager.records.update(
        id,
        (record) => ({ ...record, provisioningState: outcome?.status ?? 'Succeeded' }),
        outcome,
      );
    await end(first, good, { status: 'Succeeded' });
    await end(first, bad, { status: 'Failed', error: { code: 'Broken', message: 'It broke.' } });
    const of = async (estate: Estate, id: string) =>
      said(await events(estate, `${since} and resourceUri eq '${id}'`));
    const engine = 'Contoso.Things/engines/write';
    assert.deepEqual((await of(first, good)).sort(), [
      [engine, 'Accepted'],
      [engine, 'Started'],
      [engine, 'Succeeded'],
    ]);
    const failed = await events(first, `${since} and resourceId eq '${bad}' and status eq 'Failed'`);
    assert.match(JSON.stringify(failed[0]?.properties), /Broken/);
    assert.equal(failed.length, 1);
    await first.manager.close();

    const second = await open({ store });
    assert.equal((await of(second, late)).length, 2);
    await end(second, late, { status: 'Canceled', error: { code: 'OperationPreempted', message: 'x' } });
    assert.ok((await of(second, late)).some(([, status]) => status === 'Canceled'));
    await second.close();
  });

  test('notices at its start what ended while nobody looked, once', async () => {
    const [clock, random] = [new ManualClock(), seededRandom('ends')];
    const store = createMemoryStore({ clock, random });
    const operations = new Operations({ store, clock, random });
    const begun = operations.begin({
      ...{
        subscriptionId: 's',
        namespace: 'n',
        location: 'l',
        resourceId: '/r',
        verb: 'put',
        apiVersion: 'v',
      },
      ...{ callerObjectId: 'c', retryAfterSeconds: 1 },
    });
    const activity = {
      ...{
        id: 'a',
        atMs: 1,
        endedAtMs: 2,
        outcome: 'Accepted' as const,
        subscriptionId: 's',
        resourceId: '/r',
        action: 'w',
      },
      ...{
        caller: people.admin,
        correlationId: 'c',
        method: 'PUT',
        uri: 'u',
        address: 'x',
        operationId: begun.id,
      },
    } as const;
    const log = new ActivityLog({ store, operations, clock, log: silentLogger });
    log.note(activity);
    await log.close();
    await operations.store(operations.end(begun, { status: 'Succeeded' }));
    for (const round of [1, 2]) {
      const again = new ActivityLog({ store, operations, clock, log: silentLogger });
      await again.start();
      const read = await again.read('S', { fromMs: 0, toMs: clock.now() });
      assert.deepEqual(
        read.map(({ outcome }) => outcome).sort(),
        ['Accepted', 'Succeeded'],
        `start ${round}`,
      );
      await again.close();
    }
    const { id } = endOf(activity, { outcome: 'Succeeded' as const, endedAtMs: 5 });
    assert.equal(id, endOf(activity, { outcome: 'Failed', endedAtMs: 9 }).id);
    await store.close();
  });

  test('is shown to whoever may read it there: a group to readers of the group', async () => {
    const estate = await open();
    const [mine, other] = [await estate.group('mine'), await estate.group('other')];
    for (const group of [mine, other])
      await estate.call('PUT', thing(group, 'widgets/w'), { body: { location: 'eastus' } });
    const granted = await estate.call(
      'PUT',
      `${mine}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-0000000000e1?api-version=2022-04-01`,
      {
        body: {
          properties: {
            roleDefinitionId: `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
            principalId: people.reader.objectId,
          },
        },
      },
    );
    assert.equal(granted.status, 201, granted.message);
    const as = { as: people.reader };
    const own = await events(estate, `${since} and resourceGroupName eq 'MINE'`, as);
    assert.ok(own.length > 0);
    assert.ok(own.every(({ resourceId }) => String(resourceId).startsWith(mine)));
    const widget = `${mine}/providers/Contoso.Things/widgets/w`;
    assert.equal((await events(estate, `${since} and resourceUri eq '${widget}'`, as)).length, 2);
    for (const filter of [
      since,
      `${since} and resourceGroupName eq 'other'`,
      `${since} and resourceGroupName eq 'mine/../other'`,
      `${since} and resourceUri eq '${other}'`,
      `${since} and resourceUri eq '/'`,
    ]) {
      const refused = await estate.call('GET', target(estate, filter), as);
      assert.deepEqual([refused.status, refused.code], [403, 'AuthorizationFailed'], filter);
    }
    const crossed = `${since} and resourceUri eq '${widget}' and resourceGroupName eq 'other'`;
    assert.deepEqual(await events(estate, crossed, as), []);
    await estate.close();
  });

  test('refuses filters that it would not honour, and comes page by page', async () => {
    const estate = await open();
    const group = await estate.group('g');
    for (let count = 0; count < 130; count++) {
      await estate.call('PATCH', group, { body: { tags: { count: String(count) } } });
    }
    for (const filter of [
      '',
      "caller eq 'x'",
      `${since} or caller eq 'x'`,
      `${since} and level eq 'Error'`,
      `${since} and`,
      "eventTimestamp ge 'yesterday'",
      `${since} and caller ne 'x'`,
    ]) {
      assert.equal((await estate.call('GET', target(estate, filter))).status, 400, filter);
    }
    const first = await estate.call('GET', target(estate, since, '&$select=eventDataId,status'));
    assert.deepEqual(Object.keys((first.body.value as JsonObject[])[0] ?? {}).sort(), [
      'eventDataId',
      'status',
    ]);
    const ids = new Set<unknown>();
    let next: string | undefined = target(estate, since);
    let pages = 0;
    while (next !== undefined) {
      const { body } = await estate.call('GET', next);
      for (const event of body.value as JsonObject[]) ids.add(event.eventDataId);
      next = typeof body.nextLink === 'string' ? body.nextLink : undefined;
      pages++;
    }
    assert.deepEqual([ids.size, pages], [262, 2]);
    await estate.close();
  });

  test('keeps a bounded number for each subscription, the newest', async () => {
    const [clock, random] = [new ManualClock(), seededRandom('bound')];
    const store = createMemoryStore({ clock, random });
    const operations = new Operations({ store, clock, random });
    const log = new ActivityLog({ store, operations, clock, log: silentLogger });
    const about = {
      ...{
        outcome: 'Succeeded' as const,
        resourceId: '/r',
        action: 'w',
        method: 'PUT',
        uri: 'u',
        address: 'x',
      },
      ...{ caller: people.admin, correlationId: 'c' },
    } as const;
    const note = (id: string, subscriptionId: string) =>
      log.note({ ...about, id, subscriptionId, atMs: clock.now(), endedAtMs: clock.now() });
    note('other', 'b');
    for (let round = 0; round < 2; round++) {
      for (let count = 0; count < activityLimits.kept / 2 + 400; count++) note(`${round}.${count}`, 'a');
      await log.flush();
    }
    await log.sweepWhenDue();
    const left = await log.read('a', { fromMs: 0, toMs: clock.now() });
    assert.ok(left.length <= activityLimits.kept);
    assert.ok(left.length > activityLimits.kept - 2 * activityLimits.perPage);
    assert.ok(left.some(({ id }) => id.startsWith('1.')));
    assert.equal((await log.read('b', { fromMs: 0, toMs: clock.now() })).length, 1);
    const longAgoMs = clock.now() - activityLimits.retentionMs - 1;
    log.note({ ...about, id: 'old', subscriptionId: 'c', atMs: longAgoMs, endedAtMs: longAgoMs });
    await log.flush();
    await log.sweep();
    assert.equal((await log.read('c', { fromMs: 0, toMs: clock.now() })).length, 0);
    await log.close();
    await store.close();
  });
});
