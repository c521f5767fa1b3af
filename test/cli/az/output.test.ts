import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatJson } from '../../../src/cli/az/output/json.ts';
import { compileQuery } from '../../../src/cli/az/output/query.ts';
import { formatTable } from '../../../src/cli/az/output/table.ts';
import { formatTsv } from '../../../src/cli/az/output/tsv.ts';
import { formatYaml } from '../../../src/cli/az/output/yaml.ts';
import { camelNames } from '../../../src/cli/az/shape/casing.ts';
import { addResourceGroups } from '../../../src/cli/az/shape/resource-group.ts';

const plain = { queried: false };

describe('output formats', () => {
  test('json sorts keys at every level and keeps non-ASCII', () => {
    assert.equal(
      formatJson({ b: { d: 1, c: 'é' }, a: [] }),
      '{\n  "a": [],\n  "b": {\n    "c": "é",\n    "d": 1\n  }\n}\n',
    );
  });
  test('tsv prints a line per element, values in the order of sorted keys', () => {
    assert.equal(formatTsv([{ b: true, a: null, c: { x: 1 }, d: [1, 2] }]), 'None\tTrue\t\t2\n');
    assert.equal(formatTsv(['a', 1, true, null]), 'a\n1\ntrue\nNone\n');
    assert.equal(formatTsv(null), '');
    assert.equal(formatTsv(compileQuery('{z:b,a:a}').apply({ a: 1, b: 2 }), true), '2\t1\n');
    assert.equal(formatTsv(compileQuery('[id,name]').apply({ id: 'i', name: 'n' }), true), 'i\nn\n');
  });
  test('table drops ids, types, nulls and nested values, and sorts its columns', () => {
    const rows = [
      { name: 'a', id: 'x', type: 't', etag: 'e', eTag: 'E', location: 'l', tags: {}, none: null },
      { name: 'bb', count: 3, on: true },
    ];
    assert.equal(
      formatTable(rows, plain),
      'ETag    Location    Name    Count    On\n------  ----------  ------  -------  ----\nE       l           a\n                    bb      3        True\n',
    );
    assert.equal(formatTable('text', plain), 'Result\n--------\ntext\n');
    assert.equal(formatTable([['a', 1]], plain), 'Column1    Column2\n---------  ---------\na          1\n');
    assert.equal(formatTable([], plain), '\n');
  });
  test('a query keeps the order of its columns', () => {
    const value = compileQuery('[].{Zed:z,Able:a}').apply([{ a: 1, z: 2 }]);
    assert.equal(formatTable(value, { queried: true }), 'Zed    Able\n-----  ------\n2      1\n');
  });
  test('yaml is block style with sorted keys and quotes what would read as something else', () => {
    assert.equal(formatYaml({ b: ['x', null], a: 'yes', c: '1.5' }), "a: 'yes'\nb:\n- x\n- null\nc: '1.5'\n");
    assert.equal(formatYaml(true), 'true\n...\n');
  });
});

describe('shape', () => {
  test('resourceGroup is added beside ids of resources, with the casing of the id, not to groups themselves', () => {
    const id = '/subscriptions/s/resourceGroups/MyRg/providers/N/t/x';
    assert.deepEqual(addResourceGroups({ id, sub: [{ id: `${id}/c/d` }] }), {
      id,
      resourceGroup: 'MyRg',
      sub: [{ id: `${id}/c/d`, resourceGroup: 'MyRg' }],
    });
    const group = { id: '/subscriptions/s/resourceGroups/MyRg' };
    assert.deepEqual(addResourceGroups(group), group);
  });
  test('model commands print runs of capitals as words', () => {
    assert.deepEqual(
      camelNames({
        enableRBAC: 1,
        privateDNSZone: 2,
        adminGroupObjectIDs: 3,
        osDiskSizeGB: 4,
        outboundIPPrefixes: 5,
        eTag: 6,
        nodePublicIPPrefixID: 7,
      }),
      {
        enableRbac: 1,
        privateDnsZone: 2,
        adminGroupObjectIDs: 3,
        osDiskSizeGb: 4,
        outboundIpPrefixes: 5,
        eTag: 6,
        nodePublicIpPrefixId: 7,
      },
    );
  });
});
