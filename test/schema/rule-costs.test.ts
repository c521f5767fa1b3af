import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { validateCrd } from '../../src/apiserver/crd/index.ts';
import { crdErrors, errorText, object, stored, widgetCrd } from '../apiserver/crd/widgets.ts';
import { costlySchema } from './costly.ts';

type Row = readonly [rule: string, limits: number, count: number, factor: string];

/** Each rule with the limits and the number of values at which kube-apiserver 1.34 names a factor, and the factor. */
function recorded(): readonly Row[] {
  const text = readFileSync(new URL('./rule-costs.json', import.meta.url), 'utf8');
  const rows: Row[] = JSON.parse(text);
  return rows;
}

const hint =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

test('a rule is estimated at what the real server estimates, for every function and macro', () => {
  const groups = Map.groupBy(recorded(), ([, limits, count]) => `${limits} ${count}`);
  assert.ok(groups.size > 3);
  for (const rows of groups.values()) {
    const [[, limits, count] = ['', 0, 0]] = rows;
    const rules = rows.map(([rule]) => rule);
    const errors = crdErrors(widgetCrd(costlySchema(rules, { limits, count })));
    for (const [i, [rule, , , factor]] of rows.entries()) {
      const found = errors.find((error) =>
        error.includes(`x-kubernetes-validations[${i}].rule: Forbidden: estimated rule cost`),
      );
      const said = found?.slice(found.indexOf('Forbidden'));
      assert.equal(
        said,
        `Forbidden: estimated rule cost exceeds budget by factor of ${factor}x ${hint}`,
        rule,
      );
    }
  }
});

const list = { type: 'array', items: { type: 'string' } };
const threeLoops = 'self.l.all(x, self.l.all(y, self.l.all(z, x == y + z)))';

test('loops in loops over lists without limits are refused, and named with the total', () => {
  const spec = { ...object({ l: list }), 'x-kubernetes-validations': [{ rule: threeLoops }] };
  const at = 'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule';
  assert.deepEqual(crdErrors(widgetCrd(spec)), [
    `${at}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${hint}`,
    `${at}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
    `spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
  ]);
});

test('limits on what a rule loops over make it cheap enough', () => {
  const short = { ...list, maxItems: 10, items: { type: 'string', maxLength: 20 } };
  const spec = { ...object({ l: short }), 'x-kubernetes-validations': [{ rule: threeLoops }] };
  assert.deepEqual(crdErrors(widgetCrd(spec)), []);
});

test('a message expression has the same limit', () => {
  const rule = { rule: 'true', messageExpression: 'self.l.filter(x, self.l.all(y, x != y)).join()' };
  const spec = { ...object({ l: list }), 'x-kubernetes-validations': [rule] };
  const [first = ''] = crdErrors(widgetCrd(spec));
  const at = 'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].messageExpression';
  assert.equal(
    first,
    `${at}: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x ${hint}`,
  );
});

test('a schema that stays as it was keeps a rule above the limit of one rule, and no other', () => {
  const costly = (rule: string) =>
    widgetCrd({
      ...object({ l: { ...list, maxItems: 900_000 } }),
      'x-kubernetes-validations': [{ rule, message: 'm' }],
    });
  const old = stored(costly("self.l.all(x, x.size() > 1 && x != 'abcdefghij')"));
  assert.equal(validateCrd(old, undefined).length > 0, false);
  const dear = stored(
    costly("self.l.all(x, x.size() > 1 && x != 'abcdefghij' && x != 'bb' && x != 'cc' && x != 'dd')"),
  );
  assert.match(validateCrd(dear, undefined).map(errorText).join(), /exceeds budget by factor of/);
  assert.deepEqual(validateCrd(structuredClone(dear), dear), []);
  assert.match(validateCrd(dear, old).map(errorText).join(), /exceeds budget by factor of/);
});

test('a chain of optional values is estimated without being written out twice at each link', () => {
  const rule = `self.?s${'.optMap(x, x)'.repeat(60)}.hasValue()`;
  const spec = { ...object({ s: { type: 'string' } }), 'x-kubernetes-validations': [{ rule }] };
  assert.match(crdErrors(widgetCrd(spec)).join(), /budget by factor of more than 100x/);
});
