import type { SchemaNode } from '../apimachinery/contract.ts';
import { type Pattern, patternOf } from '../apimachinery/pattern.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { objectNode } from '../kinds/schema-node.ts';

/** A rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression: string;
  readonly reason: string;
  readonly fieldPath: string;
  readonly optionalOldSelf: boolean;
  /** `optionalOldSelf` is given, be it false. */
  readonly hasOptionalOldSelf: boolean;
}

/** What a `SchemaNode` of a CustomResourceDefinition carries besides: the constraints of its `JSONSchemaProps`. */
export interface Constraints {
  readonly maximum: number | undefined;
  readonly exclusiveMaximum: boolean;
  readonly minimum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly multipleOf: number | undefined;
  readonly maxLength: number | undefined;
  readonly minLength: number | undefined;
  readonly pattern: Pattern | undefined;
  readonly maxItems: number | undefined;
  readonly minItems: number | undefined;
  readonly uniqueItems: boolean;
  readonly maxProperties: number | undefined;
  readonly minProperties: number | undefined;
}

type NodeType = SchemaNode['type'];

/**
 * A node of a structural schema. Built from `JSONSchemaProps` as stored; members, items and constraints are made when
 * they are first asked for, so that reading a definition costs next to nothing.
 */
export class StructuralNode implements SchemaNode {
  readonly props: JsonObject;
  /** The node is the whole custom resource. */
  readonly isRoot: boolean;
  readonly type: NodeType;
  readonly #members = new Map<string, StructuralNode>();
  #constraints: Constraints | undefined;
  #items: StructuralNode | undefined;
  #values: StructuralNode | undefined;
  #rules: readonly ValidationRule[] | undefined;
  #defaultsBelow: boolean | undefined;
  #rulesBelow: boolean | undefined;

  constructor(props: JsonObject, isRoot = false) {
    this.props = props;
    this.isRoot = isRoot;
    this.type = nodeType(props);
  }

  /** The types that a value may have, in the words of JSON schema; empty: any. */
  get types(): readonly string[] {
    if (this.props['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
    const { type } = this.props;
    return typeof type === 'string' && type !== '' ? [type] : [];
  }

  get format(): string {
    return textOf(this.props.format);
  }

  get description(): string {
    return textOf(this.props.description);
  }

  get nullable(): boolean {
    return this.props.nullable === true;
  }

  get preserveUnknown(): boolean {
    return this.props['x-kubernetes-preserve-unknown-fields'] === true;
  }

  get embeddedResource(): boolean {
    return this.isRoot || this.props['x-kubernetes-embedded-resource'] === true;
  }

  get required(): readonly string[] {
    return textsOf(this.props.required);
  }

  get listType(): 'atomic' | 'set' | 'map' {
    const listType = this.props['x-kubernetes-list-type'];
    return listType === 'set' || listType === 'map' ? listType : 'atomic';
  }

  get listMapKeys(): readonly string[] {
    return textsOf(this.props['x-kubernetes-list-map-keys']);
  }

  get mapType(): 'granular' | 'atomic' {
    return this.props['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'granular';
  }

  get default(): Json | undefined {
    return this.props.default;
  }

  get enum(): readonly Json[] {
    return Array.isArray(this.props.enum) ? this.props.enum : [];
  }

  /** What is declared in `properties`, without what every object has. */
  property(name: string): StructuralNode | undefined {
    const known = this.#members.get(name);
    if (known) return known;
    const { properties } = this.props;
    const member = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    // Names that there are not are not kept: they come out of objects, without end.
    if (!isObject(member)) return undefined;
    const node = new StructuralNode(member);
    this.#members.set(name, node);
    return node;
  }

  propertyNames(): readonly string[] {
    return isObject(this.props.properties) ? Object.keys(this.props.properties) : [];
  }

  field(name: string): SchemaNode | undefined {
    if (this.embeddedResource) {
      if (name === 'metadata') return objectMetaNode();
      if (name === 'apiVersion' || name === 'kind') return this.property(name) ?? textNode;
    }
    return this.property(name);
  }

  fieldNames(): readonly string[] {
    const names = this.propertyNames();
    return this.embeddedResource ? [...new Set(['apiVersion', 'kind', 'metadata', ...names])] : names;
  }

  get items(): StructuralNode | undefined {
    if (!this.#items && isObject(this.props.items)) this.#items = new StructuralNode(this.props.items);
    return this.#items;
  }

  get values(): StructuralNode | undefined {
    const { additionalProperties } = this.props;
    if (!this.#values && isObject(additionalProperties)) {
      this.#values = new StructuralNode(additionalProperties);
    } else if (!this.#values && additionalProperties === true) this.#values = new StructuralNode({});
    return this.#values;
  }

  /** False for most schemas: nothing but their own keywords is to be met. */
  get isBranched(): boolean {
    const { allOf, anyOf, oneOf, not } = this.props;
    return allOf !== undefined || anyOf !== undefined || oneOf !== undefined || not !== undefined;
  }

  branches(keyword: 'allOf' | 'anyOf' | 'oneOf'): readonly StructuralNode[] {
    return branchesOf(this.props, keyword);
  }

  get not(): StructuralNode | undefined {
    return isObject(this.props.not) ? nodeFor(this.props.not) : undefined;
  }

  get constraints(): Constraints {
    this.#constraints ??= constraintsOf(this.props);
    return this.#constraints;
  }

  get rules(): readonly ValidationRule[] {
    this.#rules ??= rulesOf(this.props);
    return this.#rules;
  }

  /** True when a default stands at or below this node: nothing is to be filled otherwise. */
  get defaultsBelow(): boolean {
    this.#defaultsBelow ??= hasKeyword(this.props, 'default');
    return this.#defaultsBelow;
  }

  /** True when a rule stands at or below this node. */
  get rulesBelow(): boolean {
    this.#rulesBelow ??= hasKeyword(this.props, 'x-kubernetes-validations');
    return this.#rulesBelow;
  }
}

const textNode = new StructuralNode({ type: 'string' });

function objectMetaNode(): SchemaNode {
  return objectNode('meta.v1.ObjectMeta');
}

function nodeType(props: JsonObject): NodeType {
  if (props['x-kubernetes-int-or-string'] === true) return 'int-or-string';
  switch (props.type) {
    case 'object':
    case 'array':
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return props.type;
    default:
      return isObject(props.properties) ? 'object' : 'any';
  }
}

function constraintsOf(props: JsonObject): Constraints {
  return {
    maximum: numberOf(props.maximum),
    exclusiveMaximum: props.exclusiveMaximum === true,
    minimum: numberOf(props.minimum),
    exclusiveMinimum: props.exclusiveMinimum === true,
    multipleOf: numberOf(props.multipleOf),
    maxLength: numberOf(props.maxLength),
    minLength: numberOf(props.minLength),
    pattern: typeof props.pattern === 'string' && props.pattern !== '' ? patternOf(props.pattern) : undefined,
    maxItems: numberOf(props.maxItems),
    minItems: numberOf(props.minItems),
    uniqueItems: props.uniqueItems === true,
    maxProperties: numberOf(props.maxProperties),
    minProperties: numberOf(props.minProperties),
  };
}

function rulesOf(props: JsonObject): readonly ValidationRule[] {
  const rules = props['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  return rules.filter(isObject).map((entry) => ({
    rule: textOf(entry.rule),
    message: textOf(entry.message),
    messageExpression: textOf(entry.messageExpression),
    reason: textOf(entry.reason),
    fieldPath: textOf(entry.fieldPath),
    optionalOldSelf: entry.optionalOldSelf === true,
    hasOptionalOldSelf: typeof entry.optionalOldSelf === 'boolean',
  }));
}

const nodes = new WeakMap<JsonObject, StructuralNode>();

/** The node of a sub-schema; the same one each time. */
function nodeFor(props: JsonObject): StructuralNode {
  const known = nodes.get(props);
  if (known) return known;
  const node = new StructuralNode(props);
  nodes.set(props, node);
  return node;
}

function branchesOf(props: JsonObject, keyword: string): readonly StructuralNode[] {
  const branches = props[keyword];
  return Array.isArray(branches) ? branches.filter(isObject).map(nodeFor) : [];
}

/** True when a keyword stands at or below a schema, through properties, items and values. */
export function hasKeyword(props: JsonObject, keyword: string): boolean {
  if (props[keyword] !== undefined) return true;
  const { properties, items, additionalProperties } = props;
  if (isObject(items) && hasKeyword(items, keyword)) return true;
  if (isObject(additionalProperties) && hasKeyword(additionalProperties, keyword)) return true;
  if (!isObject(properties)) return false;
  return Object.values(properties).some((member) => isObject(member) && hasKeyword(member, keyword));
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
