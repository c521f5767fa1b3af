import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { everyType } from './every-type.ts';

const version = '2025-05-01';
const window = (schedule: JsonObject, more: JsonObject = {}) => ({
  maintenanceWindow: { schedule, durationHours: 4, startTime: '02:00', ...more },
});
const friday = { weekly: { intervalWeeks: 1, dayOfWeek: 'Friday' } };

test('a maintenance configuration has one of three names, and the schedule that its name takes', async () => {
  const { estate } = await everyType();
  const group = await estate.group('Maintained');
  const cluster = `${group}/providers/Microsoft.ContainerService/managedClusters/c`;
  const properties = { agentPoolProfiles: [{ name: 'np', mode: 'System', count: 1 }] };
  const put = (name: string, body: JsonObject) =>
    estate.call('PUT', `${cluster}/maintenanceConfigurations/${name}?api-version=${version}`, {
      body: { properties: body },
    });
  assert.equal((await put('default', window(friday))).code, 'ParentResourceNotFound');
  await estate.call('PUT', `${cluster}?api-version=${version}`, {
    body: { location: 'eastus', properties },
  });
  const allowed: readonly (readonly [string, JsonObject])[] = [
    ['default', window(friday)],
    ['default', { timeInWeek: [{ day: 'Tuesday', hourSlots: [0, 23] }] }],
    ['aksManagedAutoUpgradeSchedule', window({ absoluteMonthly: { intervalMonths: 3, dayOfMonth: 31 } })],
    [
      'aksManagedAutoUpgradeSchedule',
      window({ relativeMonthly: { intervalMonths: 1, weekIndex: 'Last', dayOfWeek: 'Monday' } }),
    ],
    ['aksManagedNodeOSUpgradeSchedule', window({ daily: { intervalDays: 2 } }, { utcOffset: '+05:30' })],
    ['AKSMANAGEDNODEOSUPGRADESCHEDULE', window(friday, { startDate: '2028-02-29' })],
  ];
  for (const [name, body] of allowed) {
    const reply = await put(name, body);
    assert.ok(reply.status === 200 || reply.status === 201, `${name}: ${reply.message}`);
  }
  const auto = 'aksManagedAutoUpgradeSchedule';
  const refused: readonly (readonly [string, JsonObject, RegExp])[] = [
    [
      'weekly',
      window(friday),
      /one of default, aksManagedAutoUpgradeSchedule, aksManagedNodeOSUpgradeSchedule/,
    ],
    ['default', { timeInWeek: [{ day: 'Someday', hourSlots: [1] }] }, /'Someday' is not one of Sunday/],
    ['default', { timeInWeek: [{ day: 'Monday', hourSlots: [24] }] }, /from 0 to 23/],
    ['default', { timeInWeek: [{ day: 'Monday', hourSlots: [] }] }, /from 0 to 23/],
    [
      'default',
      { notAllowedTime: [{ start: '2026-05-30T00:00:00Z', end: '2026-05-29T00:00:00Z' }] },
      /later than start/,
    ],
    ['default', window({ daily: { intervalDays: 1 } }), /takes weekly only, not daily/],
    ['default', window({ weekly: { intervalWeeks: 2, dayOfWeek: 'Friday' } }), /must be 1/],
    ['default', { ...window(friday), timeInWeek: [] }, /together with timeInWeek/],
    [auto, { timeInWeek: [{ day: 'Monday', hourSlots: [1] }] }, /made of a maintenanceWindow alone/],
    [auto, {}, /it is required/],
    [auto, window({ daily: { intervalDays: 1 } }), /not daily/],
    [auto, window({}), /exactly one of daily, weekly/],
    [auto, window({ ...friday, absoluteMonthly: { intervalMonths: 1, dayOfMonth: 1 } }), /exactly one/],
    [auto, window({ weekly: { intervalWeeks: 5, dayOfWeek: 'Friday' } }), /from 1 to 4/],
    [auto, window({ absoluteMonthly: { intervalMonths: 1, dayOfMonth: 32 } }), /from 1 to 31/],
    [auto, window(friday, { durationHours: 3 }), /from 4 to 24/],
    [auto, window(friday, { startTime: '24:00' }), /from 00:00 to 23:59/],
    [auto, window(friday, { utcOffset: 'IST' }), /offset such as/],
    [auto, window(friday, { startDate: '2026-02-30' }), /a date such as/],
    [
      auto,
      window(friday, { notAllowedDates: [{ start: '2026-12-24', end: '2026-12-23' }] }),
      /must not be earlier/,
    ],
    [auto, window(friday, { pace: 'slow' }), /unknown field "pace"/],
  ];
  for (const [name, body, why] of refused) {
    const reply = await put(name, body);
    assert.equal(reply.status, 400, `${name} ${JSON.stringify(body)}`);
    assert.match(reply.message, why);
  }
  const list = await estate.call('GET', `${cluster}/maintenanceConfigurations?api-version=${version}`);
  assert.equal((list.body['value'] as unknown[]).length, 3); // the list is one
  assert.equal((await put(auto, window(friday))).body['name'], auto);
  await estate.close();
});
