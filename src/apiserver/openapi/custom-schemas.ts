import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { StructuralNode } from '../../schema/structural-node.ts';
import type { SchemaCollector } from './builtin-schemas.ts';

/** Keywords that Swagger 2.0 does not know. */
const onlyInVersion3: ReadonlySet<string> = new Set(['nullable', 'oneOf', 'anyOf', 'allOf', 'not']);

const preserveUnknown = 'x-kubernetes-preserve-unknown-fields';

/** Adds a custom resource and its list to the definitions. */
export function addCustomResource(collector: SchemaCollector, definition: ResourceDefinition): void {
  const { group, version, kind } = definition;
  const { definitionName, root } = definition.schema;
  const groupVersionKind = { 'x-kubernetes-group-version-kind': [{ group, kind, version }] };
  if (collector.dialect.version === 2 && root.preserveUnknown) {
    // With any property told, kubectl would refuse all others.
    collector.definitions[definitionName] = { type: 'object', ...groupVersionKind };
    addList(collector, definition);
    return;
  }
  if (!(root instanceof StructuralNode)) throw new Error(`${definitionName} has no structural schema`);
  const schema = fromProps(root.props, collector);
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const metadata = collector.add('meta.v1.ObjectMeta');
  collector.definitions[definitionName] = {
    ...schema,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: typeMetaTexts.apiVersion },
      kind: { type: 'string', description: typeMetaTexts.kind },
      metadata: collector.dialect.reference(metadata, { description: typeMetaTexts.metadata }),
    },
    ...groupVersionKind,
  };
  addList(collector, definition);
}

const typeMetaTexts = {
  apiVersion: 'The group and version of this form of the object.',
  kind: 'The kind of the object, in CamelCase.',
  metadata: "The object's standard metadata.",
  listMetadata: 'Standard metadata of the list.',
} as const;

function addList(collector: SchemaCollector, definition: ResourceDefinition): void {
  const { group, version, kind, listKind } = definition;
  const { definitionName } = definition.schema;
  const name = `${definitionName.slice(0, definitionName.length - kind.length)}${listKind}`;
  const metadata = collector.add('meta.v1.ListMeta');
  collector.definitions[name] = {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: typeMetaTexts.apiVersion },
      items: { type: 'array', items: collector.dialect.itemReference(definitionName, false) },
      kind: { type: 'string', description: typeMetaTexts.kind },
      metadata: collector.dialect.reference(metadata, { description: typeMetaTexts.listMetadata }),
    },
    'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
  };
}

/** The schema as the definition states it; for Swagger 2.0 without what that cannot say. */
function fromProps(props: JsonObject, collector: SchemaCollector): JsonObject {
  if (collector.dialect.version === 3) return { ...props };
  return strip(props);
}

function strip(props: JsonObject): JsonObject {
  const open = props[preserveUnknown] === true;
  // Clients of this dialect cope with members and items only where a schema says all about them.
  const untyped = props['nullable'] === true || open;
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(props)) {
    if (onlyInVersion3.has(name) || value === undefined) continue;
    if (untyped && (name === 'properties' || name === 'items')) continue;
    if (name === 'properties' && isObject(value)) result[name] = mapValues(value, strip);
    else if ((name === 'items' || name === 'additionalProperties') && isObject(value))
      result[name] = strip(value);
    else result[name] = value;
  }
  const type = props['type'];
  const loose = (type === 'array' && result['items'] === undefined) || (open && type === 'object');
  if (props['nullable'] === true || loose) delete result['type'];
  dropNullableRequired(props, result);
  return result;
}

/** What may be null may be missing to a client that does not know null. */
function dropNullableRequired(props: JsonObject, result: JsonObject): void {
  const { properties, required } = props;
  if (!isObject(properties) || !Array.isArray(required)) return;
  const kept = required.filter((name) => {
    const member = typeof name === 'string' && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return !isObject(member) || member['nullable'] !== true;
  });
  if (kept.length > 0) result['required'] = kept;
  else delete result['required'];
}

function mapValues(object: JsonObject, change: (value: JsonObject) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, isObject(value) ? change(value) : value]),
  );
}
