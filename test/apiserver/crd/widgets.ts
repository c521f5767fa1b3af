import type { FieldError, ResourceDefinition } from '../../../src/apimachinery/contract.ts';
import {
  customResourceDefinitionResource,
  definitionsOf,
  establish,
  validateCrd,
} from '../../../src/apiserver/crd/index.ts';
import { isObject, type Json, type JsonObject } from '../../../src/base/index.ts';

const nowMs = Date.UTC(2026, 0, 1);

/** A CustomResourceDefinition of widgets with this schema for `spec`; `version` is merged into its one version. */
export function widgetCrd(
  spec: JsonObject,
  { root = {}, version = {} }: { root?: JsonObject; version?: JsonObject } = {},
): JsonObject {
  const schema = { type: 'object', properties: { spec }, ...root };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version },
      ],
    },
  };
}

/** The definition as it is stored after a create. */
export function stored(crd: JsonObject): JsonObject {
  const object = structuredClone(crd);
  const { strategy } = customResourceDefinitionResource();
  strategy.default(object);
  strategy.prepareForCreate(object);
  return object;
}

export function crdErrors(crd: JsonObject): string[] {
  return validateCrd(stored(crd), undefined).map(errorText);
}

export function errorText({ field, message }: FieldError): string {
  return `${field === '' ? '<nil>' : field}: ${message}`;
}

/** The resource of the first version, established. */
export function widgets(crd: JsonObject): ResourceDefinition {
  const object = stored(crd);
  object.status = establish(object, [], nowMs);
  const [definition] = definitionsOf(object);
  if (!definition) throw new Error('the definition serves nothing');
  return definition;
}

/** A widget after a create or, with `old`, after an update, and what is wrong with it. */
export function written(
  definition: ResourceDefinition,
  spec: Json | undefined,
  old?: JsonObject,
): { object: JsonObject; errors: string[] } {
  const object: JsonObject = {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'default' },
    ...(spec !== undefined && { spec: structuredClone(spec) }),
  };
  const { strategy } = definition;
  strategy.default(object);
  if (old) strategy.prepareForUpdate(object, old, '');
  else strategy.prepareForCreate(object);
  return { object, errors: strategy.validate(object, old, '').map(errorText) };
}

/** The errors of a new widget. */
export function errorsOf(spec: JsonObject, value: Json): string[] {
  return written(widgets(widgetCrd(spec)), value).errors;
}

/** The errors of changing a widget from one spec to another. */
export function changeErrors(spec: JsonObject, from: Json, to: Json): string[] {
  const definition = widgets(widgetCrd(spec));
  return written(definition, to, written(definition, from).object).errors;
}

/** A schema of an object with these properties. */
export function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, ...more };
}

export function specOf(value: JsonObject): Json | undefined {
  return isObject(value) ? value.spec : undefined;
}
