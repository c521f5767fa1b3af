import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import { fieldDescription } from '../../kinds/descriptions.ts';
import { StructuralNode } from '../../schema/structural-node.ts';
import type { SchemaCollector } from './builtin-schemas.ts';

/** Keywords that Swagger 2.0 does not know, or the real server does not tell in it. */
const onlyInVersion3: ReadonlySet<string> = new Set([
  'nullable',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'default',
]);

const preserveUnknown = 'x-kubernetes-preserve-unknown-fields';

/** Adds a custom resource and its list to the definitions. */
export function addCustomResource(collector: SchemaCollector, definition: ResourceDefinition): void {
  const { group, version, kind } = definition;
  const { definitionName, root } = definition.schema;
  const groupVersionKind = {
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
    ...selectable(definition),
  };
  if (collector.dialect.version === 2 && root.preserveUnknown) {
    // With any property told, kubectl would refuse all others.
    collector.definitions[definitionName] = { type: 'object', ...groupVersionKind };
    addList(collector, definition);
    return;
  }
  if (!(root instanceof StructuralNode)) throw new Error(`${definitionName} has no structural schema`);
  const schema = fromProps(root.props, collector);
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const texts = typeMetaTexts();
  collector.definitions[definitionName] = {
    ...schema,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: texts.apiVersion },
      kind: { type: 'string', description: texts.kind },
      metadata: collector.dialect.reference(collector.add('meta.v1.ObjectMeta'), {
        description: texts.metadata,
      }),
    },
    ...groupVersionKind,
  };
  addList(collector, definition);
}

/** As of every kind. */
function typeMetaTexts() {
  const text = (field: string) => fieldDescription('core.v1.PodTemplate', field);
  return { apiVersion: text('apiVersion'), kind: text('kind'), metadata: text('metadata') };
}

function addList(collector: SchemaCollector, definition: ResourceDefinition): void {
  const { group, version, kind, listKind, resource } = definition;
  const { definitionName } = definition.schema;
  const name = `${definitionName.slice(0, definitionName.length - kind.length)}${listKind}`;
  const { apiVersion, kind: kindText } = typeMetaTexts();
  const more =
    'More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
  collector.definitions[name] = {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: apiVersion },
      items: {
        type: 'array',
        description: `List of ${resource}. ${more}`,
        items: collector.dialect.itemReference(definitionName, false),
      },
      kind: { type: 'string', description: kindText },
      metadata: collector.dialect.reference(collector.add('meta.v1.ListMeta'), {
        description: fieldDescription('core.v1.PodTemplateList', 'metadata'),
      }),
    },
    'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
    ...selectable(definition),
  };
}

function selectable({ selectableFields }: ResourceDefinition): JsonObject {
  const fields = Object.keys(selectableFields).map((fieldPath) => ({ fieldPath }));
  return fields.length > 0 ? { 'x-kubernetes-selectable-fields': fields } : {};
}

/** The schema as the definition states it, told in full; for Swagger 2.0 without what that cannot say. */
function fromProps(props: JsonObject, collector: SchemaCollector): JsonObject {
  return collector.dialect.version === 3 ? unfolded(props, collector) : strip(props, collector);
}

/** With what a mark says in other words: an integer or a text, an object with a kind of its own. */
function unfolded(props: JsonObject, collector: SchemaCollector): JsonObject {
  const result = mapMembers(props, (member) => unfolded(member, collector));
  if (props['x-kubernetes-int-or-string'] === true && !saysIntOrString(props)) {
    if (props['anyOf'] === undefined) result['anyOf'] = intOrString();
    else
      result['allOf'] = [{ anyOf: intOrString() }, ...(Array.isArray(props['allOf']) ? props['allOf'] : [])];
  }
  return embedded(result, collector);
}

function intOrString(): JsonObject[] {
  return [{ type: 'integer' }, { type: 'string' }];
}

function saysIntOrString({ anyOf, allOf }: JsonObject): boolean {
  const [first] = Array.isArray(allOf) ? allOf : [];
  const inFirst = isObject(first) ? first['anyOf'] : undefined;
  return [anyOf, inFirst].some((said) => said !== undefined && jsonEqual(said, intOrString()));
}

function embedded(schema: JsonObject, collector: SchemaCollector): JsonObject {
  if (schema['x-kubernetes-embedded-resource'] !== true) return schema;
  const { properties, required } = schema;
  const more =
    'More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
  const named = Array.isArray(required) ? required : [];
  return {
    ...schema,
    properties: {
      ...(isObject(properties) ? properties : {}),
      apiVersion: {
        type: 'string',
        description: `apiVersion defines the versioned schema of this representation of an object. ${more}#resources`,
      },
      kind: {
        type: 'string',
        description: `kind is a string value representing the type of this object. In CamelCase. ${more}#types-kinds`,
      },
      metadata: collector.dialect.reference(collector.add('meta.v1.ObjectMeta'), {
        description: typeMetaTexts().metadata,
      }),
    },
    required: [...named, ...['kind', 'apiVersion'].filter((name) => !named.includes(name))],
  };
}

function strip(props: JsonObject, collector: SchemaCollector): JsonObject {
  const open = props[preserveUnknown] === true;
  // Clients of this dialect cope with members and items only where a schema says all about them.
  const untyped = props['nullable'] === true || open;
  const kept = Object.entries(props).filter(
    ([name]) => !onlyInVersion3.has(name) && !(untyped && (name === 'properties' || name === 'items')),
  );
  const result = mapMembers(Object.fromEntries(kept), (member) => strip(member, collector));
  const type = props['type'];
  const loose = (type === 'array' && result['items'] === undefined) || (open && type === 'object');
  if (props['nullable'] === true || loose) delete result['type'];
  dropNullableRequired(props, result);
  return open ? result : embedded(result, collector);
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

/** With another schema for each that stands in this one. */
function mapMembers(props: JsonObject, change: (member: JsonObject) => JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined) continue;
    if (name === 'properties' && isObject(value)) {
      const members = Object.entries(value).map(([key, each]) => [key, isObject(each) ? change(each) : each]);
      result[name] = Object.fromEntries(members);
    } else if ((name === 'items' || name === 'additionalProperties') && isObject(value)) {
      result[name] = change(value);
    } else result[name] = value;
  }
  return result;
}
