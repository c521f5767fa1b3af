import type { Json, JsonObject } from '../../base/index.ts';
import { type FieldFacts, requireType, type Scalar, type TypeRef } from '../../kinds/catalog.ts';
import { fieldDescription, typeDescription } from '../../kinds/descriptions.ts';
import type { Dialect } from './dialect.ts';
import { kindsTold } from './kinds-told.ts';
import { toldBesides } from './told-besides.ts';

const machinery = 'io.k8s.apimachinery.pkg';
const extensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Scalars that have a definition of their own. */
const namedScalars: Readonly<Partial<Record<Scalar, string>>> = {
  Time: `${machinery}.apis.meta.v1.Time`,
  MicroTime: `${machinery}.apis.meta.v1.MicroTime`,
  FieldsV1: `${machinery}.apis.meta.v1.FieldsV1`,
  Quantity: `${machinery}.api.resource.Quantity`,
  RawExtension: `${machinery}.runtime.RawExtension`,
  IntOrString: `${machinery}.util.intstr.IntOrString`,
  JSON: `${extensions}.JSON`,
  JSONSchemaPropsOrArray: `${extensions}.JSONSchemaPropsOrArray`,
  JSONSchemaPropsOrBool: `${extensions}.JSONSchemaPropsOrBool`,
  JSONSchemaPropsOrStringArray: `${extensions}.JSONSchemaPropsOrStringArray`,
};

const scalarSchemas: Readonly<Partial<Record<Scalar, JsonObject>>> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  bool: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  double: { type: 'number', format: 'double' },
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
  FieldsV1: { type: 'object' },
  RawExtension: { type: 'object' },
};

/** Where no model tells what only a server writes. */
const statusText = 'The observed state of the object.';

/** What a list's item or a map's member is when nobody says. */
const zeros: Readonly<Partial<Record<Scalar, Json>>> = { string: '', int32: 0, int64: 0 };

/** Collects definitions: what is asked for and all that it refers to, each once. */
export class SchemaCollector {
  readonly definitions: Record<string, JsonObject> = {};
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  get dialect(): Dialect {
    return this.#dialect;
  }

  /** Adds a built-in type, e.g. `core.v1.Pod`, and answers its definition's name. */
  add(type: string): string {
    const facts = requireType(type);
    if (this.definitions[facts.definitionName]) return facts.definitionName;
    const definition: JsonObject = {};
    // Named before its members are looked at: types may hold themselves.
    this.definitions[facts.definitionName] = definition;
    const fields = [...facts.fields.values()];
    const required = toldBesides.required[type] ?? requiredOf(fields);
    const description = typeDescription(type);
    if (description) definition['description'] = description;
    definition['type'] = 'object';
    if (required.length > 0) definition['required'] = [...required];
    if (fields.length > 0) definition['properties'] = this.#properties(type, fields);
    const kinds = kindsTold(facts);
    if (kinds.length > 0) definition['x-kubernetes-group-version-kind'] = kinds;
    const union = toldBesides.unions[type];
    if (union) definition['x-kubernetes-unions'] = [union];
    if (facts.atomic) definition['x-kubernetes-map-type'] = 'atomic';
    return facts.definitionName;
  }

  #properties(type: string, fields: readonly FieldFacts[]): JsonObject {
    const properties: JsonObject = {};
    for (const field of fields) properties[field.name] = this.#property(type, field);
    return properties;
  }

  #property(owner: string, field: FieldFacts): JsonObject {
    const beside: JsonObject = {};
    const description = fieldDescription(owner, field.name) || (field.name === 'status' ? statusText : '');
    if (description) beside['description'] = description;
    const place = `${owner}.${field.name}`;
    const fallback = this.#default(field, place);
    if (fallback !== undefined) beside['default'] = fallback;
    const typed = this.#typed(field.type, beside, toldBesides.itemEnums[place]);
    return { ...typed, ...extensionsOf(field, place) };
  }

  /** Version 3 alone tells defaults, also the zero values of members that are always there. */
  #default(field: FieldFacts, place: string): Json | undefined {
    if (this.#dialect.version === 2) return undefined;
    const { default: value, type, alwaysWritten, required } = field;
    const isText = type.is === 'scalar' && type.scalar === 'string';
    if (isText && ((required && field.name === 'kind') || toldBesides.empty.has(place))) return value ?? '';
    if (value !== undefined || !alwaysWritten) return value;
    if (type.is === 'object') return {};
    return isText ? '' : undefined;
  }

  #typed(type: TypeRef, beside: JsonObject, itemEnum?: readonly string[]): JsonObject {
    const item = () =>
      'of' in type ? { ...this.#item(type.of), ...(itemEnum && { enum: [...itemEnum] }) } : {};
    switch (type.is) {
      case 'object':
        return this.#dialect.reference(this.add(type.name), beside);
      case 'list':
        return { ...beside, type: 'array', items: item() };
      case 'map':
        return { ...beside, type: 'object', additionalProperties: item() };
      case 'scalar': {
        const named = namedScalars[type.scalar];
        if (named) return this.#dialect.reference(this.#addScalar(named, type.scalar), beside);
        return { ...beside, ...scalarSchemas[type.scalar] };
      }
    }
  }

  #item(type: TypeRef): JsonObject {
    if (type.is === 'object') return this.#dialect.itemReference(this.add(type.name), true);
    if (type.is !== 'scalar') return this.#typed(type, {});
    const named = namedScalars[type.scalar];
    if (named) return this.#dialect.itemReference(this.#addScalar(named, type.scalar), false);
    const schema = scalarSchemas[type.scalar] ?? {};
    const zero = this.#dialect.version === 3 ? zeros[type.scalar] : undefined;
    return { ...schema, ...(zero !== undefined && { default: zero }) };
  }

  #addScalar(name: string, scalar: Scalar): string {
    const known = this.definitions[name];
    if (known) return name;
    if (scalar === 'IntOrString') this.definitions[name] = { ...this.#dialect.intOrString };
    else if (scalar === 'Quantity') this.definitions[name] = { ...this.#dialect.quantity };
    else this.definitions[name] = { ...scalarSchemas[scalar] };
    return name;
  }
}

function requiredOf(fields: readonly FieldFacts[]): readonly string[] {
  const required = fields.filter((field) => field.required);
  return required.sort(byNumber).map((field) => field.name);
}

/** Go lists members as they were declared, which is nearly always the order of their numbers. */
function byNumber(a: FieldFacts, b: FieldFacts): number {
  return (a.protoPath.at(-1) ?? 0) - (b.protoPath.at(-1) ?? 0);
}

function extensionsOf(field: FieldFacts, place: string): JsonObject {
  const result: Record<string, Json> = {};
  if (field.enum) result['enum'] = [...field.enum];
  if (field.listMapKeys.length > 0) result['x-kubernetes-list-map-keys'] = [...field.listMapKeys];
  if (field.listType) result['x-kubernetes-list-type'] = field.listType;
  if (toldBesides.atomicBytes.has(place)) result['x-kubernetes-list-type'] = 'atomic';
  // The one object whose mark is a list's.
  const mark = place === 'meta.v1.Status.details' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type';
  if (field.mapType) result[mark] = field.mapType;
  if (field.patchMergeKey) result['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
  if (field.patchStrategy.length > 0) result['x-kubernetes-patch-strategy'] = field.patchStrategy.join(',');
  return result;
}
