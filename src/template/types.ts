import { canonicalJson, isNumber, isObject, type Json, type JsonObject } from '../base/index.ts';
import { invalidTemplate, type TemplateError } from './errors.ts';
import { memberWithoutCase, typeWord } from './values.ts';

const help = 'Please see https://aka.ms/arm-create-parameter-file for usage details.';

/** A value and what its definition asks of it. */
export interface Typed {
  readonly schema: JsonObject;
  readonly template: JsonObject;
  /** Of the parameter or output. */
  readonly name: string;
  /** Within its value; '' for the value itself. */
  readonly path: string;
}

const expected: Readonly<Record<string, string>> = {
  string: 'String, Uri',
  securestring: 'String, Uri',
  int: 'Integer',
  bool: 'Boolean',
  array: 'Array',
  object: 'Object',
  secureobject: 'Object',
};

/** The definition that a `$ref` leads to, with what stands beside the reference. Throws for one that leads nowhere. */
export function resolvedSchema(schema: JsonObject, template: JsonObject): JsonObject {
  let found = schema;
  const seen = new Set<string>();
  while (typeof found['$ref'] === 'string') {
    const name = /^#\/definitions\/([^/]+)$/.exec(found['$ref'])?.[1] ?? '';
    const definitions = template['definitions'];
    const target = isObject(definitions)
      ? memberWithoutCase(definitions, decodeURIComponent(name.replaceAll('%', '%25')))
      : undefined;
    if (!isObject(target) || seen.has(name))
      throw invalidTemplate(`The type reference '${found['$ref']}' is not valid`);
    seen.add(name);
    const { $ref: _followed, ...beside } = found;
    found = { ...target, ...beside };
  }
  return found;
}

/** Throws TemplateError when a value does not fit its definition. */
export function refuseMisfit(value: Json, about: Typed): void {
  const schema = resolvedSchema(about.schema, about.template);
  if (value === null && schema['nullable'] === true) return;
  const type = String(schema['type'] ?? '').toLowerCase();
  const wanted = Object.hasOwn(expected, type) ? expected[type] : undefined;
  if (wanted === undefined)
    throw invalidTemplate(`The type '${String(schema['type'])}' of '${about.name}' is not valid. ${help}`);
  const got = typeWord(value);
  const fits = wanted.split(', ').includes(got) || (type.endsWith('string') && got === 'String');
  if (!fits) {
    throw invalidTemplate(
      `The provided value for the template parameter '${about.name}'${at(about)} is not valid. Expected a value of type '${wanted}', but received a value of type '${got}'. ${help}`,
    );
  }
  refuseNotAllowed(value, schema, about);
  refuseBounds(value, schema, about);
  if (Array.isArray(value)) refuseItems(value, schema, about);
  else if (isObject(value)) refuseMembers(value, schema, about);
}

function at({ path }: Typed): string {
  return path === '' ? " at line '1' and column '1'" : ` at path '${path}'`;
}

function refuseNotAllowed(value: Json, schema: JsonObject, about: Typed): void {
  const allowed = schema['allowedValues'];
  if (!Array.isArray(allowed)) return;
  const keys = new Set(allowed.map(valueKey));
  const isAllowed = (one: Json) => keys.has(valueKey(one));
  if (isAllowed(value)) return;
  // A list of allowed values holds for the items of a list as well.
  if (Array.isArray(value) && value.every(isAllowed)) return;
  const shown = isSecret(schema)
    ? ''
    : ` '${typeof value === 'object' ? JSON.stringify(value) : String(value)}'`;
  throw invalidTemplate(
    `The provided value${shown} for the template parameter '${about.name}'${at(about)} is not valid. The parameter value is not part of the allowed value(s): ` +
      `'${allowed.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(',')}'.`,
  );
}

/** One text for values that are the same. */
function valueKey(value: Json): string {
  return isNumber(value) ? `number ${Number(value)}` : canonicalJson(value);
}

function isSecret(schema: JsonObject): boolean {
  return /^secure/i.test(String(schema['type']));
}

function refuseBounds(value: Json, schema: JsonObject, about: Typed): void {
  const length = typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
  const size = isNumber(value) ? Number(value) : undefined;
  const bounds = [
    [
      'minLength',
      length,
      (a: number, b: number) => a >= b,
      'Length of the value should be greater than or equal to',
    ],
    [
      'maxLength',
      length,
      (a: number, b: number) => a <= b,
      'Length of the value should be less than or equal to',
    ],
    ['minValue', size, (a: number, b: number) => a >= b, 'The value should be greater than or equal to'],
    ['maxValue', size, (a: number, b: number) => a <= b, 'The value should be less than or equal to'],
  ] as const;
  for (const [bound, measured, holds, words] of bounds) {
    const limit = schema[bound];
    if (measured === undefined || !isNumber(limit) || holds(measured, Number(limit))) continue;
    throw invalidTemplate(
      `The provided value for the template parameter '${about.name}'${at(about)} is not valid. ${words} '${limit}'. ${help}`,
    );
  }
}

function refuseItems(value: readonly Json[], schema: JsonObject, about: Typed): void {
  const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  for (const [index, item] of value.entries()) {
    const rule = prefix[index] ?? schema['items'];
    if (isObject(rule)) refuseMisfit(item, { ...about, schema: rule, path: `${about.path}[${index}]` });
    else if (rule === false) throw misfit(about, `has no place for the item ${index}`);
  }
}

function refuseMembers(value: JsonObject, schema: JsonObject, about: Typed): void {
  const chosen = discriminated(value, schema, about);
  const properties = isObject(chosen['properties']) ? chosen['properties'] : {};
  for (const [name, rule] of Object.entries(properties)) {
    if (!isObject(rule)) continue;
    const item = memberWithoutCase(value, name);
    const path = about.path === '' ? name : `${about.path}.${name}`;
    if (item === undefined) {
      if (resolvedSchema(rule, about.template)['nullable'] === true) continue;
      throw misfit(about, `lacks the required property '${name}'`);
    }
    refuseMisfit(item, { ...about, schema: rule, path });
  }
  const more = chosen['additionalProperties'];
  if (more === undefined || more === true) return;
  for (const [name, item] of Object.entries(value)) {
    if (memberWithoutCase(properties, name) !== undefined) continue;
    if (more === false) throw misfit(about, `has the property '${name}', which its type does not allow`);
    const path = about.path === '' ? name : `${about.path}.${name}`;
    if (isObject(more)) refuseMisfit(item ?? null, { ...about, schema: more, path });
  }
}

/** The branch of a type with a discriminator that the value chooses. */
function discriminated(value: JsonObject, schema: JsonObject, about: Typed): JsonObject {
  const rule = schema['discriminator'];
  if (!isObject(rule)) return schema;
  const name = String(rule['propertyName']);
  const mapping = isObject(rule['mapping']) ? rule['mapping'] : {};
  const chosen = String(memberWithoutCase(value, name));
  const branch = Object.hasOwn(mapping, chosen) ? mapping[chosen] : undefined;
  if (!isObject(branch))
    throw misfit(about, `needs '${name}' to be one of '${Object.keys(mapping).join(', ')}'`);
  return resolvedSchema(branch, about.template);
}

function misfit(about: Typed, why: string): TemplateError {
  return invalidTemplate(
    `The provided value for the template parameter '${about.name}'${at(about)} is not valid: it ${why}. ${help}`,
  );
}
