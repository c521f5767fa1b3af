import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { caller } from './support.ts';

let estate: Estate;
let group: string;

before(async () => {
  ({ estate } = await everyType());
  group = await estate.group('edge');
});
after(() => estate.close());

const put = (name: string, host: string, namespace?: string) =>
  caller(estate, '2021-08-15')(
    'PUT',
    `${group}/providers/Microsoft.ExtendedLocation/customLocations/${name}`,
    {
      body: {
        location: 'eastus',
        properties: {
          hostResourceId: `${group}/providers/Microsoft.ResourceConnector/appliances/${host}`,
          ...(namespace === undefined ? {} : { namespace }),
        },
      },
    },
  );

test('two custom locations of one host never share a namespace, in whatever case, also when asked for at once', async () => {
  const first = await put('one', 'bridge', 'shared');
  assert.equal(first.status, 201, first.message);
  const taken = await put('two', 'BRIDGE', 'Shared');
  assert.deepEqual([taken.status, taken.code], [409, 'Conflict'], taken.message);
  assert.match(taken.message, /is taken by the custom location '.*\/one'\. Choose another namespace\./);
  assert.equal((await put('one', 'bridge', 'shared')).status, 200, 'its own');
  assert.equal((await put('two', 'other-bridge', 'shared')).status, 201, 'on another host');
  const atOnce = await Promise.all(['three', 'four', 'five'].map((name) => put(name, 'bridge', 'raced')));
  assert.deepEqual(atOnce.map(({ status }) => status).sort(), [201, 409, 409]);
});
