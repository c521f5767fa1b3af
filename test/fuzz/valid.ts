import { cloneJson } from '../../src/apimachinery/clone.ts';
import type { ResourceDefinition } from '../../src/apimachinery/contract.ts';
import { checkFields } from '../../src/apiserver/write/check-fields.ts';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { specimens } from '../apiserver/every-kind.ts';

const metadata: JsonObject = {
  generateName: 'specimen-',
  namespace: 'default',
  creationTimestamp: '2024-02-29T12:00:00Z',
  deletionGracePeriodSeconds: 30,
  finalizers: ['example.com/finalizer'],
  labels: { app: 'specimen', 'app.kubernetes.io/name': '' },
  managedFields: [
    {
      manager: 'kubectl',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '2024-02-29T12:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } }, 'f:spec': {} },
    },
  ],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u', controller: true }],
};

/** An object of every built-in kind, and of some with all that metadata may hold. */
export const objects: readonly JsonObject[] = specimens.flatMap(({ object }, at) => {
  const own = isObject(object['metadata']) ? object['metadata'] : {};
  return at % 4 === 0 ? [object, { ...object, metadata: { ...metadata, ...own } }] : [object];
});

/** The same as JSON text. */
export function objectTexts(): readonly string[] {
  return objects.map((object) => JSON.stringify(object));
}

/** What serves an object; undefined for no built-in kind. */
export function definitionOf(object: JsonObject): ResourceDefinition | undefined {
  return builtinResources().find(
    ({ group, version, kind }) =>
      kind === object['kind'] && object['apiVersion'] === (group === '' ? version : `${group}/${version}`),
  );
}

/** A private copy in the form in which a server stores it; undefined for what it refuses to take for the kind. */
export function storedForm(input: Json): JsonObject | undefined {
  const object = cloneJson(input);
  const definition = isObject(object) ? definitionOf(object) : undefined;
  if (!isObject(object) || !definition) return undefined;
  if (checkFields(object, definition.schema.root, new Map()).mistyped !== undefined) return undefined;
  definition.strategy.default(object);
  return object;
}
