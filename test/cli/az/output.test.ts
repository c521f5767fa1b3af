import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type JsonObject, parseJson } from '../../../src/base/index.ts';
import { applyGenericUpdate } from '../../../src/cli/az/declare/generic-update.ts';
import { formatJson } from '../../../src/cli/az/output/json.ts';
import { compileQuery } from '../../../src/cli/az/output/query.ts';
import { formatTable } from '../../../src/cli/az/output/table.ts';
import { formatTsv } from '../../../src/cli/az/output/tsv.ts';
import { formatYaml } from '../../../src/cli/az/output/yaml.ts';
import { camelNames } from '../../../src/cli/az/shape/casing.ts';
import { flattenDeep } from '../../../src/cli/az/shape/flatten.ts';
import { addResourceGroups } from '../../../src/cli/az/shape/resource-group.ts';

const plain = { queried: false };

describe('whatever stands in an answer', () => {
  const text = '{"big":9007199254740993,"min":-9223372036854775808,"n":1}';

  test('integers beyond a double are printed to the digit in every format', () => {
    const value = parseJson(text);
    assert.match(formatJson(value), /"big": 9007199254740993,\n {2}"min": -9223372036854775808,/);
    assert.match(formatYaml(value), /^big: 9007199254740993\nmin: -9223372036854775808\n/);
    assert.equal(formatTsv(value), '9007199254740993\t-9223372036854775808\t1\n');
    assert.match(formatTable(value, plain), /9007199254740993 {2}-9223372036854775808/);
    assert.equal(formatJson(compileQuery('{a:big}').apply(value)), '{\n  "a": 9007199254740993\n}\n');
    assert.equal(formatTsv(compileQuery('big').apply(value), true), '9007199254740993\n');
  });

  test('a generic update writes integers as typed and goes on with those that it read', () => {
    const resource = { properties: parseJson(text) };
    const change = { operation: 'set', force: false, flat: false } as const;
    applyGenericUpdate(resource, { ...change, words: ['properties.new=9223372036854775807'] });
    assert.equal(
      JSON.stringify(resource),
      '{"properties":{"big":9007199254740993,"min":-9223372036854775808,"n":1,"new":9223372036854775807}}',
    );
  });

  test('a tag that a generic update sets is a text: made one where az makes it one, refused where az refuses it', () => {
    const resource: JsonObject = { tags: {} };
    const words = ['tags.n=3', 'tags.b=true', `tags.o={"a":[1,"it's"],"b":null}`, 'tags.z=null', 'tags.s=x'];
    applyGenericUpdate(resource, { operation: 'set', words, force: false, flat: false });
    assert.deepEqual(resource, {
      tags: { n: '3', b: 'True', o: `{'a': [1, "it's"], 'b': None}`, z: '', s: 'x' },
    });
    const strict = { operation: 'set', force: false, flat: true, members: { tags: null } } as const;
    const refusals = { 'tags.n=3': "3 (<class 'int'>)", 'tags.b=true': "True (<class 'bool'>)" };
    for (const [word, found] of Object.entries(refusals)) {
      assert.throws(() => applyGenericUpdate(resource, { ...strict, words: [word] }), {
        message: `Expect <class 'str'>, got ${found}`,
      });
    }
    applyGenericUpdate(resource, { ...strict, words: ['tags.n=4'], force: true });
    assert.equal(JSON.stringify(resource['tags']).includes('"n":"4"'), true);
  });

  test('a generic update of a generated command names members that there are', () => {
    const members = { address_space: { address_prefixes: null }, sub_nets: null, tags: null };
    const update = { force: false, flat: true, members } as const;
    const resource = { properties: { addressSpace: { addressPrefixes: ['10.0.0.0/8'] } } };
    applyGenericUpdate(resource, {
      ...update,
      operation: 'add',
      words: ['addressSpace.addressPrefixes', 'x'],
    });
    applyGenericUpdate(resource, { ...update, operation: 'set', words: ['subNets[0].a=1'] });
    for (const operation of ['set', 'add', 'remove'] as const) {
      const gone = {
        nope: ['', "'address_space', 'sub_nets', 'tags'"],
        'addressSpace.nope': ['addressSpace', "'address_prefixes'"],
      };
      for (const [path, [inside, options]] of Object.entries(gone)) {
        const words = operation === 'set' ? [`${path}=1`] : [path, 'x'];
        assert.throws(() => applyGenericUpdate(resource, { ...update, operation, words }), {
          message: `Couldn't find 'nope' in '${inside}'. Available options: [${options}]`,
        });
      }
    }
    assert.deepEqual(resource.properties.addressSpace, { addressPrefixes: ['10.0.0.0/8', 'x'] });
  });

  test('names such as __proto__ and constructor are members like any other', () => {
    const body = '{"constructor":1,"__proto__":{"x":2},"properties":{"__proto__x":3,"hasOwnProperty":4}}';
    const value = parseJson(body);
    assert.equal(
      JSON.stringify(flattenDeep(value)),
      '{"constructor":1,"__proto__":{"x":2},"__proto__x":3,"hasOwnProperty":4}',
    );
    assert.equal(JSON.stringify(addResourceGroups(value)), body);
    assert.equal(compileQuery('constructor').apply({ a: 1 }), null);
    assert.deepEqual(compileQuery('"__proto__".x').apply(value), 2);
    assert.match(formatTable(parseJson('{"__proto__":"p","a":1}'), plain), /^__proto__ {4}A\n/);

    const resource = {};
    const change = { force: false, flat: false } as const;
    applyGenericUpdate(resource, {
      ...change,
      operation: 'set',
      words: ['tags.__proto__=p', 'tags.constructor=c', 'tags.my_own-key=k', 'address_space=a'],
    });
    assert.equal(
      JSON.stringify(resource),
      '{"tags":{"__proto__":"p","constructor":"c","my_own-key":"k"},"addressSpace":"a"}',
    );
    applyGenericUpdate(resource, { ...change, operation: 'add', words: ['toString', 'one'] });
    assert.throws(
      () => applyGenericUpdate(resource, { ...change, operation: 'remove', words: ['tags.valueOf'] }),
      /Couldn't find 'valueOf'/,
    );
    applyGenericUpdate(resource, { ...change, operation: 'remove', words: ['tags.__proto__'] });
    assert.equal(
      JSON.stringify(resource),
      '{"tags":{"constructor":"c","my_own-key":"k"},"addressSpace":"a","toString":["one"]}',
    );
  });
});

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
