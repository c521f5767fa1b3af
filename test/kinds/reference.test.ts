import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FieldError, ResourceDefinition } from '../../src/apimachinery/contract.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { type ReferenceCase, referenceCases } from './reference/cases.ts';
import { mergeInto, type ReferenceAnswer, withoutServerFields } from './reference/compare.ts';

const answers = JSON.parse(
  readFileSync(new URL('reference/answers.json', import.meta.url), 'utf8'),
) as Record<string, ReferenceAnswer>;

function definitionOf(object: JsonObject): ResourceDefinition {
  const found = builtinResources().find(
    ({ group, version, kind }) =>
      kind === object['kind'] && (group ? `${group}/${version}` : version) === object['apiVersion'],
  );
  assert.ok(found, `no kind ${object['kind']}`);
  return found;
}

/** What a server does to metadata before it asks the kind. */
function withMetadata(source: JsonObject, definition: ResourceDefinition): JsonObject {
  const object = structuredClone(source);
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  if (definition.namespaced) metadata['namespace'] = 'default';
  metadata['uid'] = 'UID';
  object['metadata'] = metadata;
  return object;
}

function answer(errors: readonly FieldError[], object: JsonObject): ReferenceAnswer {
  if (errors.length === 0) return { object: withoutServerFields(object) };
  return { causes: errors.map(({ reason, field, message }) => `${reason} ${field || '<nil>'}: ${message}`) };
}

/** Stands in for the pool of service addresses. */
function allocate(object: JsonObject): void {
  if (object['kind'] === 'Service' && isObject(object['spec'])) {
    Object.assign(object['spec'], { clusterIP: '10.0.0.5', clusterIPs: ['10.0.0.5'] });
  }
}

function ours(reference: ReferenceCase): ReferenceAnswer {
  const definition = definitionOf(reference.object);
  const { strategy } = definition;
  const created = withMetadata(reference.object, definition);
  strategy.default(created);
  strategy.prepareForCreate(created);
  const errors = strategy.validate(created, undefined, '');
  if (!reference.change || errors.length > 0) return answer(errors, created);
  allocate(created);
  const subresource = reference.subresource ?? '';
  const changed = mergeInto(structuredClone(created), reference.change);
  strategy.default(changed);
  strategy.prepareForUpdate(changed, created, subresource);
  return answer(strategy.validate(changed, created, subresource), changed);
}

/** The same causes in any order (a real server ranges over maps), once each. */
function comparable(result: ReferenceAnswer): unknown {
  if ('object' in result) return result.object;
  return [...new Set(result.causes.map((cause) => cause.split('\n')[0]))].sort();
}

for (const reference of referenceCases) {
  test(`a real server answers alike: ${reference.name}`, () => {
    const expected = answers[reference.name];
    assert.ok(expected, 'not recorded: run tools/record-reference.ts');
    assert.deepEqual(comparable(ours(reference)), comparable(expected));
  });
}
