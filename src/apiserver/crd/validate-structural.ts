import type { FieldError } from '../../apimachinery/contract.ts';
import { patternOf } from '../../apimachinery/pattern.ts';
import { forbidden, required } from '../../apimachinery/validation/errors.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';

type Level = 'root' | 'item' | 'field';

const intOrString = [{ type: 'integer' }, { type: 'string' }];
const embedded = 'x-kubernetes-embedded-resource';
const preserve = 'x-kubernetes-preserve-unknown-fields';

/**
 * Checks that a schema is structural: every field is specified outside of value validation, and value validation
 * (`allOf`, `anyOf`, `oneOf`, `not`) specifies nothing else.
 * See https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function validateStructural(schema: JsonObject, path: string): FieldError[] {
  const errors = [...checkNode(schema, 'root', path), ...checkCompleteness(schema, path)];
  return errors.sort((a, b) => byText(`${a.field}: ${a.message}`, `${b.field}: ${b.message}`));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function checkNode(schema: JsonObject, level: Level, path: string): FieldError[] {
  const { items, additionalProperties } = schema;
  const errors: FieldError[] = [];
  if (schema.type === 'array' && items === undefined)
    errors.push(required(`${path}.items`, 'must be specified'));
  if (isObject(items)) errors.push(...checkNode(items, 'item', `${path}.items`));
  for (const [name, member] of membersOf(schema)) {
    errors.push(...checkNode(member, 'field', `${path}.properties[${name}]`));
  }
  if (additionalProperties !== undefined && level === 'root') {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (isObject(additionalProperties)) {
    errors.push(...checkNode(additionalProperties, 'field', `${path}.additionalProperties`));
  }
  errors.push(...checkExtensions(schema, path));
  errors.push(...checkValueValidation(schema, path, { anyOf: isIntOrString(schema.anyOf), allOf: true }));
  errors.push(...checkType(schema, level, path));
  errors.push(...checkMeta(schema, level, path));
  return errors;
}

function membersOf(schema: JsonObject): [string, JsonObject][] {
  if (!isObject(schema.properties)) return [];
  const members: [string, JsonObject][] = [];
  for (const [name, member] of Object.entries(schema.properties)) {
    if (isObject(member)) members.push([name, member]);
  }
  return members;
}

function isIntOrString(branches: unknown): boolean {
  return jsonEqual(branches, intOrString);
}

function checkExtensions(schema: JsonObject, path: string): FieldError[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  return [preserve, embedded]
    .filter((keyword) => schema[keyword] === true)
    .map((keyword) =>
      invalid(`${path}.${keyword}`, true, 'must be false if x-kubernetes-int-or-string is true'),
    );
}

const emptyTypeTexts: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function* checkType(schema: JsonObject, level: Level, path: string): Generator<FieldError> {
  const type = textOf(schema.type);
  const isEmbedded = schema[embedded] === true;
  const field = `${path}.type`;
  if (isEmbedded && type !== 'object') {
    const why = `must be object if ${embedded} is true`;
    yield type === '' ? required(field, why) : invalid(field, type, why);
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && schema[preserve] !== true) {
    yield required(field, emptyTypeTexts[level]);
  }
  if (isEmbedded && schema.additionalProperties !== undefined) {
    yield forbidden(`${path}.additionalProperties`, `must not be used if ${embedded} is set`);
  }
  if (level === 'root' && type !== '' && type !== 'object')
    yield invalid(field, type, 'must be object at the root');
}

function* checkMeta(schema: JsonObject, level: Level, path: string): Generator<FieldError> {
  const isEmbedded = schema[embedded] === true;
  const isResource = level === 'root' || isEmbedded;
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const name of ['kind', 'apiVersion']) {
    const member = properties[name];
    if (isResource && isObject(member) && member.type !== 'string') {
      yield invalid(`${path}.properties[${name}].type`, textOf(member.type), 'must be string');
    }
  }
  const { metadata } = properties;
  if (isObject(metadata)) {
    const field = `${path}.properties[metadata]`;
    if (isResource && metadata.type !== 'object') {
      yield invalid(`${field}.type`, textOf(metadata.type), 'must be object');
    }
    if (level === 'root' && !restrictsNamesOnly(metadata)) {
      const why =
        'must not specify anything other than name and generateName, but metadata is implicitly specified';
      yield forbidden(field, why);
    }
  }
  if (isEmbedded && schema[preserve] !== true && Object.keys(properties).length === 0) {
    const why = `must not be empty if ${embedded} is true without ${preserve}`;
    yield required(`${path}.properties`, why);
  }
}

function restrictsNamesOnly(metadata: JsonObject): boolean {
  const { type: _type, default: _default, properties, description: _description, ...rest } = metadata;
  const names = isObject(properties) ? Object.keys(properties) : [];
  return Object.keys(rest).length === 0 && names.every((name) => name === 'name' || name === 'generateName');
}

/** `known` says which branches may speak of types, because they spell out int-or-string. */
function checkValueValidation(
  schema: JsonObject,
  path: string,
  known: { anyOf: boolean; allOf: boolean },
): FieldError[] {
  const errors: FieldError[] = [];
  for (const keyword of ['anyOf', 'allOf', 'oneOf']) {
    const branches = schema[keyword];
    if (!Array.isArray(branches) || (keyword === 'anyOf' && known.anyOf)) continue;
    for (const [i, branch] of branches.entries()) {
      if (!isObject(branch)) continue;
      const spelled = keyword === 'allOf' && known.allOf && i === 0 && isIntOrString(branch.anyOf);
      errors.push(...checkNested(branch, `${path}.${keyword}[${i}]`, spelled));
    }
  }
  if (isObject(schema.not)) errors.push(...checkNested(schema.not, `${path}.not`, false));
  const pattern = textOf(schema.pattern);
  const problem = pattern === '' ? undefined : patternOf(pattern).problem();
  if (problem !== undefined) {
    const why = `must be a valid regular expression, but isn't: ${problem}`;
    errors.push(invalid(`${path}.pattern`, pattern, why));
  }
  return errors;
}

const nestedRefusals: readonly [keyword: string, why: string][] = [
  ['type', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  [preserve, 'must be false to be structural'],
  [embedded, 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
];

/** A schema under a junctor: it may restrict values and nothing else. */
function checkNested(schema: JsonObject, path: string, anyOfKnown: boolean): FieldError[] {
  const errors = checkValueValidation(schema, path, { anyOf: anyOfKnown, allOf: false });
  if (isObject(schema.items)) errors.push(...checkNested(schema.items, `${path}.items`, false));
  for (const [name, member] of membersOf(schema)) {
    errors.push(...checkNested(member, `${path}.properties[${name}]`, false));
  }
  for (const [keyword, why] of nestedRefusals) {
    const value = schema[keyword];
    if (value !== undefined && value !== '' && value !== false)
      errors.push(forbidden(`${path}.${keyword}`, why));
  }
  if (isObject(schema.properties) && schema.properties.metadata !== undefined) {
    errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  return errors;
}

/**
 * Every field and item that the root's value validation speaks of must be specified outside of it. Like the real
 * server, this looks no deeper than the root.
 */
function checkCompleteness(schema: JsonObject, path: string): FieldError[] {
  return branchesOf(schema, path).flatMap(({ branch, path: branchPath }) =>
    checkBranch(branch, { schema, path, branchPath }),
  );
}

function branchesOf(schema: JsonObject, path: string): { branch: JsonObject; path: string }[] {
  const found: { branch: JsonObject; path: string }[] = [];
  for (const keyword of ['anyOf', 'allOf', 'oneOf']) {
    const branches = schema[keyword];
    if (!Array.isArray(branches)) continue;
    for (const [i, branch] of branches.entries()) {
      if (isObject(branch)) found.push({ branch, path: `${path}.${keyword}[${i}]` });
    }
  }
  if (isObject(schema.not)) found.push({ branch: schema.not, path: `${path}.not` });
  return found;
}

function checkBranch(
  branch: JsonObject,
  place: { schema: JsonObject | undefined; path: string; branchPath: string },
): FieldError[] {
  const { schema, path, branchPath } = place;
  if (!schema) return [required(path, `because it is defined in ${branchPath}`)];
  const errors: FieldError[] = [];
  for (const inner of branchesOf(branch, branchPath)) {
    errors.push(...checkBranch(inner.branch, { ...place, branchPath: inner.path }));
  }
  for (const [name, member] of membersOf(branch)) {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const outer = properties[name];
    const at = {
      schema: isObject(outer) ? outer : undefined,
      path: `${path}.properties[${name}]`,
      branchPath: `${branchPath}.properties[${name}]`,
    };
    errors.push(...checkBranch(member, at));
  }
  if (isObject(branch.items)) {
    const outer = isObject(schema.items) ? schema.items : undefined;
    const at = { schema: outer, path: `${path}.items`, branchPath: `${branchPath}.items` };
    errors.push(...checkBranch(branch.items, at));
  }
  return errors;
}
