import type { Json, JsonObject } from '../../base/index.ts';
import { type FieldFacts, requireType, type Scalar, type TypeRef } from '../../kinds/catalog.ts';
import { fieldDescription, typeDescription } from '../../kinds/descriptions.ts';
import type { Dialect } from './dialect.ts';

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

/** What the members are that most kinds have, where their own text is not known. */
const usualTexts: Readonly<Record<string, string>> = {
  metadata: 'Standard metadata of the object.',
  spec: 'The desired state of the object.',
  status: 'The observed state of the object.',
};

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
    const required = fields.filter((field) => field.required).map((field) => field.name);
    const description = typeDescription(type);
    if (description) definition['description'] = description;
    definition['type'] = 'object';
    if (required.length > 0) definition['required'] = required;
    if (fields.length > 0) definition['properties'] = this.#properties(type, fields);
    if (facts.fields.has('apiVersion') && facts.fields.has('kind') && facts.fields.has('metadata')) {
      const { group, version, shortName: kind } = facts;
      definition['x-kubernetes-group-version-kind'] = [{ group, kind, version }];
    }
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
    const description = fieldDescription(owner, field.name) || (usualTexts[field.name] ?? '');
    if (description) beside['description'] = description;
    const fallback = this.#default(field);
    if (fallback !== undefined) beside['default'] = fallback;
    return { ...this.#typed(field.type, beside), ...extensionsOf(field) };
  }

  /** Version 3 also prints the zero values of members that are always there. */
  #default({ default: value, type, alwaysWritten }: FieldFacts): Json | undefined {
    if (this.#dialect.version === 2) return value ? value : undefined;
    if (value !== undefined || !alwaysWritten) return value;
    if (type.is === 'object') return {};
    return type.is === 'scalar' && type.scalar === 'string' ? '' : undefined;
  }

  #typed(type: TypeRef, beside: JsonObject): JsonObject {
    switch (type.is) {
      case 'object':
        return this.#dialect.reference(this.add(type.name), beside);
      case 'list':
        return { ...beside, type: 'array', items: this.#item(type.of) };
      case 'map':
        return { ...beside, type: 'object', additionalProperties: this.#item(type.of) };
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
    return this.#dialect.version === 3 && type.scalar === 'string'
      ? { ...schema, default: '' }
      : { ...schema };
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

function extensionsOf(field: FieldFacts): JsonObject {
  const result: Record<string, Json> = {};
  if (field.enum) result['enum'] = [...field.enum];
  if (field.listMapKeys.length > 0) result['x-kubernetes-list-map-keys'] = [...field.listMapKeys];
  if (field.listType) result['x-kubernetes-list-type'] = field.listType;
  if (field.mapType) result['x-kubernetes-map-type'] = field.mapType;
  if (field.patchMergeKey) result['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
  if (field.patchStrategy.length > 0) result['x-kubernetes-patch-strategy'] = field.patchStrategy.join(',');
  return result;
}
