import type { SchemaNode } from '../apimachinery/contract.ts';
import { type FieldFacts, requireType, type Scalar, type TypeFacts, type TypeRef } from './catalog.ts';

const objectNodes = new Map<string, SchemaNode>();

/** The schema of a built-in type, e.g. `core.v1.Pod`. Shared: one node per type in the process. */
export function objectNode(name: string): SchemaNode {
  const known = objectNodes.get(name);
  if (known) return known;
  const node = new ObjectNode(name);
  objectNodes.set(name, node);
  return node;
}

type Extensions = Partial<
  Pick<
    SchemaNode,
    | 'listType'
    | 'listMapKeys'
    | 'mapType'
    | 'patchStrategy'
    | 'patchMergeKey'
    | 'default'
    | 'enum'
    | 'alwaysPresent'
    | 'goName'
  >
>;

/** A type with members. The type's data is read when a member is first asked for. */
class ObjectNode implements SchemaNode {
  readonly type = 'object';
  /** The last two parts of the name: package and type. */
  readonly goType: string;
  readonly #name: string;
  readonly #fields = new Map<string, SchemaNode>();
  #facts: TypeFacts | undefined;
  #required: readonly string[] | undefined;

  constructor(name: string) {
    this.#name = name;
    this.goType = name.split('.').slice(-2).join('.');
  }

  get facts(): TypeFacts {
    this.#facts ??= requireType(this.#name);
    return this.#facts;
  }

  get required(): readonly string[] {
    this.#required ??= [...this.facts.fields.values()].filter((f) => f.required).map((f) => f.name);
    return this.#required;
  }

  get mapType(): 'granular' | 'atomic' {
    return this.facts.atomic ? 'atomic' : 'granular';
  }

  field(name: string): SchemaNode | undefined {
    const known = this.#fields.get(name);
    if (known) return known;
    const facts = this.facts.fields.get(name);
    if (!facts) return undefined;
    const node = fieldNode(facts);
    this.#fields.set(name, node);
    return node;
  }

  fieldNames(): readonly string[] {
    return [...this.facts.fields.keys()];
  }
}

/** An object-typed field: the type's members with the field's own extensions. */
class ObjectFieldNode implements SchemaNode {
  readonly type = 'object';
  readonly #target: SchemaNode;
  readonly mapType: 'granular' | 'atomic';
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly alwaysPresent: boolean;

  constructor(target: SchemaNode, extensions: Extensions) {
    this.#target = target;
    this.mapType = extensions.mapType ?? target.mapType ?? 'granular';
    this.patchStrategy = extensions.patchStrategy ?? [];
    this.alwaysPresent = extensions.alwaysPresent ?? false;
  }

  get goType(): string | undefined {
    return this.#target.goType;
  }

  get required(): readonly string[] {
    return this.#target.required ?? [];
  }

  field(name: string): SchemaNode | undefined {
    return this.#target.field(name);
  }

  fieldNames(): readonly string[] {
    return this.#target.fieldNames();
  }
}

function fieldNode(facts: FieldFacts): SchemaNode {
  const extensions: Extensions = {
    ...(facts.listType && { listType: facts.listType }),
    ...(facts.listMapKeys.length > 0 && { listMapKeys: facts.listMapKeys }),
    ...(facts.mapType && { mapType: facts.mapType }),
    ...(facts.patchStrategy.length > 0 && { patchStrategy: facts.patchStrategy }),
    ...(facts.patchMergeKey && { patchMergeKey: facts.patchMergeKey }),
    ...(facts.default !== undefined && { default: facts.default }),
    ...(facts.enum && { enum: facts.enum }),
    ...(facts.goName !== undefined && facts.type.is !== 'object' && { goName: facts.goName }),
    ...(facts.type.is !== 'scalar' && facts.alwaysWritten && { alwaysPresent: true }),
  };
  return typedNode(facts.type, extensions);
}

function typedNode(type: TypeRef, extensions: Extensions): SchemaNode {
  switch (type.is) {
    case 'object': {
      const target = objectNode(type.name);
      return Object.keys(extensions).length === 0 ? target : new ObjectFieldNode(target, extensions);
    }
    case 'list':
      return {
        ...leaf,
        type: 'array',
        items: typedNode(type.of, itemNamed(extensions.goName)),
        ...extensions,
      };
    case 'map':
      return { ...leaf, type: 'object', values: typedNode(type.of, {}), ...extensions };
    case 'scalar':
      return { ...leaf, ...scalarShapes[type.scalar], ...extensions };
  }
}

/** A list of a named type: so are its members. */
function itemNamed(goName: string | undefined): Extensions {
  return goName?.startsWith('[]') ? { goName: goName.slice(2) } : {};
}

const leaf = { field: () => undefined, fieldNames: () => [] } as const;

const scalarShapes: Readonly<
  Record<Scalar, Pick<SchemaNode, 'type' | 'format' | 'preserveUnknown' | 'mapType'>>
> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  bool: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  double: { type: 'number', format: 'double' },
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'micro-time' },
  Quantity: { type: 'int-or-string', format: 'quantity' },
  IntOrString: { type: 'int-or-string', format: 'int-or-string' },
  RawExtension: { type: 'object', preserveUnknown: true, mapType: 'atomic' },
  FieldsV1: { type: 'object', preserveUnknown: true },
  JSON: { type: 'any', preserveUnknown: true },
  JSONSchemaPropsOrArray: { type: 'any', preserveUnknown: true },
  JSONSchemaPropsOrBool: { type: 'any', preserveUnknown: true },
  JSONSchemaPropsOrStringArray: { type: 'any', preserveUnknown: true },
};
