import type { FieldError } from '../../apimachinery/contract.ts';
import { forbidden, required } from '../../apimachinery/validation/errors.ts';
import { invalid, notSupported } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { checkRules } from '../../schema/check-rules.ts';
import { isFieldPath } from '../../schema/field-path.ts';
import { StructuralNode, textOf, textsOf } from '../../schema/structural-node.ts';
import { validateDefaults } from './validate-defaults.ts';
import { validateStructural } from './validate-structural.ts';

const propertyTypes = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What may stand beside the properties of a schema whose `status` is checked apart. */
const rootKeywords: ReadonlySet<string> = new Set(
  'description type format title maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems multipleOf required items properties externalDocs example x-kubernetes-preserve-unknown-fields x-kubernetes-validations'.split(
    ' ',
  ),
);
const rootKeywordNames =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';

/**
 * Checks an `openAPIV3Schema`: that it is structural, that its defaults fit it, that its rules compile and what they
 * may cost.
 */
export function validateOpenApiSchema(
  schema: JsonObject,
  path: string,
  { hasStatus, isUnchanged }: { readonly hasStatus: boolean; readonly isUnchanged: boolean },
): FieldError[] {
  const errors = hasStatus ? validateRootKeywords(schema, path) : [];
  if (schema.nullable === true)
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const found = checkNode(schema, { path, isRoot: true, inMeta: false, noDefaults: undefined });
  // With keywords that no structural schema knows there is nothing to say about its structure.
  const structural = usesRefusedKeyword(schema) ? [] : validateStructural(schema, path);
  const defaults = found.length + structural.length === 0 ? validateDefaults(schema, path) : [];
  errors.push(...structural, ...defaults, ...found);
  if (errors.length === 0) errors.push(...checkRules(schema, path, { isUnchanged }));
  return errors;
}

function usesRefusedKeyword(schema: JsonObject): boolean {
  if (refusedKeywords.some((keyword) => !isZero(schema[keyword]))) return true;
  const { properties, items, additionalProperties } = schema;
  const members = isObject(properties) ? Object.values(properties) : [];
  return [...members, items, additionalProperties].some(
    (below) => isObject(below) && usesRefusedKeyword(below),
  );
}

function validateRootKeywords(schema: JsonObject, path: string): FieldError[] {
  if (schema.type !== undefined && schema.type !== 'object') {
    const why =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalid(`${path}.type`, schema.type, why)];
  }
  const stray = Object.keys(schema).some((keyword) => !rootKeywords.has(keyword) && !isZero(schema[keyword]));
  if (!stray) return [];
  const why = `only [${rootKeywordNames}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalid(path, schema, why)];
}

function isZero(value: Json | undefined): boolean {
  return value === undefined || value === null || value === false || value === '' || value === 0;
}

interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  readonly inMeta: boolean;
  /** Why defaults may not stand here. */
  readonly noDefaults: string | undefined;
}

function checkNode(schema: JsonObject, place: Place): FieldError[] {
  const { path } = place;
  const errors = [...checkKeywords(schema, place)];
  if (schema.uniqueItems === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, why));
  }
  errors.push(...checkProperties(schema, place));
  const inner = { ...place, isRoot: false };
  if (isObject(schema.not)) errors.push(...checkNode(schema.not, { ...inner, path: `${path}.not` }));
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
    const branches = schema[keyword];
    if (!Array.isArray(branches)) continue;
    for (const [i, branch] of branches.entries()) {
      if (isObject(branch)) errors.push(...checkNode(branch, { ...inner, path: `${path}.${keyword}[${i}]` }));
    }
  }
  if (isObject(schema.items)) errors.push(...checkNode(schema.items, { ...inner, path: `${path}.items` }));
  errors.push(...checkExtensions(schema, path));
  errors.push(...checkListMap(schema, path));
  errors.push(...checkRuleTexts(schema, path));
  return errors;
}

const refusedKeywords = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

function* checkKeywords(schema: JsonObject, { path, inMeta, noDefaults }: Place): Generator<FieldError> {
  const type = textOf(schema.type);
  if (type !== '' && !propertyTypes.includes(type)) yield notSupported(`${path}.type`, type, propertyTypes);
  if (schema.default !== undefined && noDefaults !== undefined) {
    yield forbidden(`${path}.default`, `must not be set ${noDefaults}`);
  }
  for (const keyword of refusedKeywords) {
    if (!isZero(schema[keyword])) yield forbidden(`${path}.${keyword}`, `${keyword} is not supported`);
  }
  if (type === 'null') {
    yield forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative');
  }
  if (Array.isArray(schema.items)) {
    yield forbidden(`${path}.items`, 'items must be a schema object and not an array');
  }
  if (inMeta && schema['x-kubernetes-embedded-resource'] === true) {
    yield forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta');
  }
}

function checkProperties(schema: JsonObject, place: Place): FieldError[] {
  const { path, isRoot, inMeta } = place;
  const errors: FieldError[] = [];
  const { additionalProperties } = schema;
  const properties = isObject(schema.properties) ? schema.properties : {};
  if (additionalProperties !== undefined) {
    if (Object.keys(properties).length > 0 && additionalProperties !== true) {
      const why = 'additionalProperties and properties are mutual exclusive';
      errors.push(forbidden(`${path}.additionalProperties`, why));
    }
    if (isObject(additionalProperties)) {
      const noDefaults = inMeta
        ? 'inside additionalProperties applying to object metadata'
        : place.noDefaults;
      const inner = { ...place, isRoot: false, path: `${path}.additionalProperties`, noDefaults };
      errors.push(...checkNode(additionalProperties, inner));
    }
  }
  for (const [name, member] of Object.entries(properties)) {
    if (!isObject(member)) continue;
    const isMeta = (isRoot || schema['x-kubernetes-embedded-resource'] === true) && metaFields.has(name);
    errors.push(
      ...checkNode(member, {
        path: `${path}.properties[${name}]`,
        isRoot: false,
        inMeta: inMeta || isMeta,
        noDefaults: isRoot && isMeta ? `in top-level ${name}` : place.noDefaults,
      }),
    );
  }
  return errors;
}

function checkExtensions(schema: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  errors.push(...checkKind(schema, path, { keyword: 'x-kubernetes-map-type', type: 'object' }));
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  const kindErrors = checkKind(schema, path, { keyword: 'x-kubernetes-list-type', type: 'array' });
  errors.push(...(kindErrors.length > 0 ? kindErrors : checkSetItems(schema, path)));
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(textOf(listType))) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  return errors;
}

function checkKind(
  schema: JsonObject,
  path: string,
  { keyword, type }: { keyword: string; type: string },
): FieldError[] {
  if (schema[keyword] === undefined || schema.type === type) return [];
  const why = `must be ${type} if ${keyword} is specified`;
  return textOf(schema.type) === ''
    ? [required(`${path}.type`, why)]
    : [invalid(`${path}.type`, schema.type, why)];
}

function checkSetItems(schema: JsonObject, path: string): FieldError[] {
  const { items } = schema;
  if (schema['x-kubernetes-list-type'] !== 'set' || !isObject(items)) return [];
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(`${path}.items.x-kubernetes-list-type`, listType, why)];
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalid(`${path}.items.x-kubernetes-map-type`, listType, why)];
  }
  return [];
}

function checkListMap(schema: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const listType = schema['x-kubernetes-list-type'];
  const keys = textsOf(schema['x-kubernetes-list-map-keys']);
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? required(field, why) : invalid(field, listType, why));
  }
  if (listType === 'map') errors.push(...checkMapItems(schema, path, keys));
  if ((listType === 'map' || listType === 'set') && isObject(schema.items)) {
    errors.push(...checkKeyFields(schema.items, path, { keys, listType }));
  }
  return errors;
}

function checkMapItems(schema: JsonObject, path: string, keys: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const { items } = schema;
  if (keys.length === 0) {
    const why = 'must not be empty if x-kubernetes-list-type is map';
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, why));
  }
  if (!isObject(items)) {
    return [...errors, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  }
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalid(`${path}.items.type`, items.type ?? '', why)];
  }
  const properties = isObject(items.properties) ? items.properties : {};
  const seen = new Set<string>();
  for (const key of keys) {
    const member = properties[key];
    if (!isObject(member)) {
      const why = 'entries must all be names of item properties';
      errors.push(invalid(`${path}.x-kubernetes-list-map-keys`, [...keys], why));
    } else if (member.type === 'array' || member.type === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, why));
    }
    if (seen.has(key)) {
      const why = 'must not contain duplicate entries';
      errors.push(invalid(`${path}.x-kubernetes-list-map-keys`, [...keys], why));
    }
    seen.add(key);
  }
  return errors;
}

function checkKeyFields(
  items: JsonObject,
  path: string,
  { keys, listType }: { keys: readonly string[]; listType: 'map' | 'set' },
): FieldError[] {
  const errors: FieldError[] = [];
  if (items.nullable === true) {
    const why = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(`${path}.items.nullable`, why));
  }
  if (listType === 'set') return errors;
  const properties = isObject(items.properties) ? items.properties : {};
  const requiredNames = textsOf(items.required);
  for (const key of keys) {
    const member = properties[key];
    if (!isObject(member)) continue;
    const field = `${path}.items.properties[${key}]`;
    if (!requiredNames.includes(key) && member.default === undefined) {
      const why =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      errors.push(required(`${field}.default`, why));
    }
    if (member.nullable === true) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      errors.push(forbidden(`${field}.nullable`, why));
    }
  }
  return errors;
}

function checkRuleTexts(schema: JsonObject, path: string): FieldError[] {
  const rules = schema['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  const errors: FieldError[] = [];
  for (const [i, rule] of rules.entries()) {
    if (isObject(rule)) errors.push(...checkRuleText(rule, `${path}.x-kubernetes-validations[${i}]`, schema));
  }
  return errors;
}

const lineBreak = /[\n\r]/;

function checkRuleText(rule: JsonObject, path: string, schema: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const text = textOf(rule.rule).trim();
  const message = textOf(rule.message);
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  } else if (lineBreak.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  } else if (lineBreak.test(text) && message === '') {
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  }
  const expression = textOf(rule.messageExpression);
  if (expression !== '' && expression.trim() === '') {
    const why = 'messageExpression must be non-empty if specified';
    errors.push(required(`${path}.messageExpression`, why));
  }
  if (rule.reason !== undefined && !reasons.includes(textOf(rule.reason))) {
    errors.push(notSupported(`${path}.reason`, rule.reason, reasons));
  }
  const fieldPath = textOf(rule.fieldPath);
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  }
  if (lineBreak.test(fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  }
  if (fieldPath !== '' && !isFieldPath(fieldPath, new StructuralNode(schema))) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
  }
  return errors;
}
