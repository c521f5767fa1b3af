import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import type { JsonObject } from '../../src/base/index.ts';
import type {
  Binding,
  JsonPatchOverride,
  OverrideRule,
  OverrideSnapshot,
  Work,
} from '../../src/controllers/kinds/placement.ts';
import { filled, WorkSizeError } from '../../src/controllers/work-generator/fill.ts';
import { OverrideError, overridingBy } from '../../src/controllers/work-generator/overrides.ts';
import { filledIn } from '../../src/controllers/work-generator/variables.ts';
import { seededRandom } from '../support/seeded-random.ts';

const member = {
  metadata: { name: 'm1', labels: { region: 'us', a: 'KEY', 'example.com/zone': 'z-1', tail: 'x' } },
};
const variable = (key: string) => `\${MEMBER-CLUSTER-LABEL-KEY-${key}}`;
const unended = variable('region').slice(0, -1);
const name = `\${MEMBER-CLUSTER-NAME}`;

test('variables are filled in wherever they stand in a value, also those that others make', () => {
  assert.equal(filledIn(`${name}/${variable('region')}`, member), 'm1/us');
  assert.deepEqual(filledIn({ [variable('region')]: [1, `${name}${name}`, null] }, member), {
    us: [1, 'm1m1', null],
  });
  assert.equal(filledIn(variable('example.com/zone'), member), 'z-1');
  // What stands before a variable and what it becomes make another one.
  assert.equal(filledIn(`\${MEMBER-CLUSTER-LABEL-${variable('a')}-region}`, member), 'us');
  assert.equal(filledIn(`\${OTHER} } \${`, member), `\${OTHER} } \${`);
  assert.equal(filledIn(12_345_678_901_234_567_890n, member), 12_345_678_901_234_567_890n);
});

test('a variable without a label or without an end says which', () => {
  const why = (value: string) => {
    try {
      return filledIn(value, member);
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : thrown;
    }
  };
  assert.equal(why(variable('nope')), 'label key nope not found on cluster m1');
  assert.equal(why(variable('toString')), 'label key toString not found on cluster m1');
  assert.equal(why(variable('__proto__')), 'label key __proto__ not found on cluster m1');
  assert.equal(
    why(variable(`${variable('region')}`)),
    `label key \${MEMBER-CLUSTER-LABEL-KEY-region not found on cluster m1`,
  );
  assert.equal(why(`x${unended}`), `input "x${unended}" is missing the closing bracket \`}\``);
});

/** Upstream's loop, one variable after the other from the left, over and over the whole text. */
function overAndOver(text: string): string {
  const prefix = variable('').slice(0, -1);
  let result = text.replaceAll(name, member.metadata.name);
  for (;;) {
    const start = result.indexOf(prefix);
    if (start < 0) return result;
    const end = result.indexOf('}', start + prefix.length);
    if (end < 0) return 'no end';
    const key = result.slice(start + prefix.length, end);
    const label = new Map(Object.entries(member.metadata.labels)).get(key);
    if (label === undefined) return `no ${key}`;
    result = result.slice(0, start) + label + result.slice(end + 1);
  }
}

test('one walk over a value finds what looking for one variable after the other finds', () => {
  const random = seededRandom('override variables');
  const pieces = [
    '${',
    'MEMBER-CLUSTER-',
    'LABEL-',
    'KEY-',
    'KEY',
    '-',
    'a',
    'region',
    '}',
    name,
    'NAME',
    variable('a'),
  ];
  let changed = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from(
      { length: 1 + random.integer(9) },
      () => pieces[random.integer(pieces.length)],
    ).join('');
    const wanted = overAndOver(text);
    let found: unknown;
    try {
      found = filledIn(text, member);
    } catch (thrown) {
      const { message } = thrown as Error;
      found = message.startsWith('label key ')
        ? `no ${message.slice('label key '.length, -' not found on cluster m1'.length)}`
        : 'no end';
    }
    assert.equal(found, wanted, text);
    if (wanted !== text) changed++;
  }
  assert.ok(changed > 1000, `${changed} texts had something to fill in`);
});

test('filling in takes one step for each character, however many variables there are', () => {
  const many = variable('tail').repeat(50_000);
  assert.equal(filledIn(many, member), 'x'.repeat(50_000));
  assert.throws(
    () => filledIn(`${variable('tail').slice(0, -1)}`.repeat(50_000), member),
    /missing the closing/,
  );
});

const isMap = { group: '', version: 'v1', kind: 'ConfigMap', name: 'map' };
const everywhere = { clusterSelectorTerms: [] };

function map(data: JsonObject = { a: '1' }): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map', namespace: 'demo' }, data };
}

function snapshot(made: string, ...overrideRules: OverrideRule[]): OverrideSnapshot {
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ResourceOverrideSnapshot',
    metadata: { name: made, namespace: 'demo' },
    spec: { overrideHash: '', overrideSpec: { resourceSelectors: [isMap], policy: { overrideRules } } },
  };
}

const patch = (...jsonPatchOverrides: JsonPatchOverride[]): OverrideRule => ({
  clusterSelector: everywhere,
  jsonPatchOverrides,
});

const overridden = (object: KubeObject, ...snapshots: OverrideSnapshot[]) =>
  overridingBy(snapshots, member)(object);

function refusal(object: KubeObject, ...rules: OverrideRule[]): string {
  try {
    overridden(object, snapshot('ro-0', ...rules));
    return 'applied';
  } catch (thrown) {
    assert.ok(thrown instanceof OverrideError);
    const prefix = 'ResourceOverrideSnapshot "ro-0" failed to apply on ConfigMap "map" in namespace "demo": ';
    assert.ok(thrown.message.startsWith(prefix), thrown.message);
    return thrown.message.slice(prefix.length);
  }
}

test('rules apply in their order, each on what the one before left, and change no snapshot', () => {
  const object = Object.freeze(map());
  const rules = [
    patch({ op: 'replace', path: '/data/a', value: '2' }, { op: 'add', path: '/data/b~1c~0d', value: 'x' }),
    patch({ op: 'remove', path: '/data/a' }, { op: 'add', path: '/data/list', value: '3' }),
  ];
  assert.deepEqual(overridden(object, snapshot('ro-0', ...rules))?.['data'], { 'b/c~d': 'x', list: '3' });
  assert.deepEqual(object['data'], { a: '1' });
  const last = snapshot('ro-1', patch({ op: 'replace', path: '/data/list', value: '4' }));
  assert.deepEqual(Object(overridden(object, snapshot('ro-0', ...rules), last)?.['data']).list, '4');
});

test('what a patch put into an object is not shared with others, nor with the override', () => {
  const value = Object.freeze({ x: Object.freeze({ y: '1' }) });
  const rule = patch(
    { op: 'add', path: '/data', value },
    { op: 'add', path: '/data/x/z', value: '2' },
    { op: 'replace', path: '/data/x/y', value: name },
  );
  const overriding = overridingBy([snapshot('ro-0', rule)], member);
  const first = overriding(map());
  assert.deepEqual(first?.['data'], { x: { y: 'm1', z: '2' } });
  assert.deepEqual(overriding(map()), first);
  assert.deepEqual(value, { x: { y: '1' } });
});

test('patches are read strictly, and say what is missing in the words of their library', () => {
  assert.equal(
    refusal(map(), patch({ op: 'replace', path: '/data/x', value: '1' })),
    'replace operation does not apply: doc is missing key: /data/x: missing value',
  );
  assert.equal(
    refusal(map(), patch({ op: 'replace', path: '/spec/x/y', value: '1' })),
    'replace operation does not apply: doc is missing path: /spec/x/y: missing value',
  );
  assert.equal(
    refusal(map(), patch({ op: 'remove', path: '/data/x' })),
    "error in remove for path: '/data/x': unable to remove nonexistent key: x: missing value",
  );
  assert.equal(
    refusal(map(), patch({ op: 'remove', path: '/spec/x' })),
    'remove operation does not apply: doc is missing path: "/spec/x": missing value',
  );
  assert.equal(
    refusal(map(), patch({ op: 'add', path: '/metadata/labels/x', value: '1' })),
    'add operation does not apply: doc is missing path: "/metadata/labels/x": missing value',
  );
  const list = map({ list: ['a'] });
  assert.equal(
    refusal(list, patch({ op: 'remove', path: '/data/list/1' })),
    "error in remove for path: '/data/list/1': Unable to access invalid index: 1: invalid index referenced",
  );
  assert.equal(
    refusal(list, patch({ op: 'remove', path: '/data/list/x' })),
    'error in remove for path: \'/data/list/x\': strconv.Atoi: parsing "x": invalid syntax',
  );
  assert.equal(
    refusal(list, patch({ op: 'add', path: '/data/list/x', value: 'b' })),
    "error in add for path: '/data/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
  );
  const end = patch({ op: 'add', path: '/data/list/-', value: 'c' }, { op: 'remove', path: '/data/list/-2' });
  assert.deepEqual(overridden(list, snapshot('ro-0', end))?.['data'], { list: ['c'] });
});

test('what is deleted stays deleted, and a wrong rule after it is still wrong', () => {
  const gone: OverrideRule = { clusterSelector: everywhere, overrideType: 'Delete' };
  const missing = patch({ op: 'replace', path: '/data/x', value: '1' });
  assert.equal(overridden(map(), snapshot('ro-0', gone, missing)), undefined);
  assert.equal(overridden(map(), snapshot('ro-0', gone), snapshot('ro-1', missing)), undefined);
  const unlabelled = snapshot('ro-1', patch({ op: 'add', path: '/data/x', value: variable('nope') }));
  assert.throws(() => overridden(map(), snapshot('ro-0', gone), unlabelled), /label key nope not found/);
});

test('a snapshot that somebody wrote by hand changes nothing that overrides may not', () => {
  const why =
    'the patch changes what overrides may not: type, metadata but labels and annotations, or status';
  for (const [path, value] of [
    ['/metadata/namespace', 'kube-system'],
    ['/metadata/name', 'other'],
    ['/kind', 'Secret'],
    ['/apiVersion', 'v2'],
    ['/metadata', { name: 'map' }],
  ] as const) {
    assert.equal(refusal(map(), patch({ op: 'replace', path, value })), why, path);
  }
  assert.equal(refusal(map(), patch({ op: 'remove', path: '/metadata' })), why);
  assert.equal(refusal(map(), patch({ op: 'add', path: '/metadata/finalizers', value: ['a/b'] })), why);
  assert.equal(refusal(map(), patch({ op: 'add', path: '/status', value: {} })), why);
  assert.equal(refusal(map(), patch({ op: 'add', path: '/metadata/labels', value: { a: 'b' } })), 'applied');
  assert.deepEqual(
    overridden(map(), snapshot('ro-0', patch({ op: 'add', path: '/data/__proto__', value: 'x' })))?.['data'],
    JSON.parse('{"a":"1","__proto__":"x"}'),
  );
});

test('a Work that overrides make larger than a server takes is given up early', async () => {
  const big = 'x'.repeat(1024 * 1024);
  const large = snapshot('ro-0', patch({ op: 'add', path: '/data/big', value: big }));
  let asked = 0;
  const wanted = {
    frame: { apiVersion: '', kind: 'Work', metadata: { name: 'w' }, spec: {} } as Work,
    manifests: (overriding: (object: KubeObject) => KubeObject | undefined) =>
      Array.from({ length: 1000 }, () => {
        asked++;
        return overriding(map()) ?? map();
      }),
  };
  const named = { spec: { resourceOverrideSnapshots: [{ name: 'ro-0', namespace: 'demo' }] } } as Binding;
  const context = {
    client: {},
    overrides: { cluster: new Map(), namespaced: new Map([['demo/ro-0', large]]) },
  } as unknown as Parameters<typeof filled>[1]['context'];
  const filling = { wanted: [wanted], present: new Map(), member, context } as unknown as Parameters<
    typeof filled
  >[1];
  await assert.rejects(filled(named, filling), WorkSizeError);
  assert.equal(asked, 3);
});
