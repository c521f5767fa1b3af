import type { FieldError } from '../../apimachinery/contract.ts';
import { forbidden, required } from '../../apimachinery/validation/errors.ts';
import { invalid, notSupported } from '../../apimachinery/validation/field-errors.ts';
import { dns1035Label, dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { StructuralNode, textOf, textsOf } from '../../schema/structural-node.ts';
import { validateApproval } from './approval.ts';
import { specKey } from './definitions.ts';
import { isEstablished } from './establish.ts';
import { compileJsonPath } from './json-path.ts';
import { validateOpenApiSchema } from './validate-schema.ts';

/** Selectable fields of one version. */
const selectableFieldsLimit = 8;
const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const reviewVersions = ['v1', 'v1beta1'];

/** Specs found valid, by content: the fleet kinds of every hub are the same. */
const validSpecs = new Set<string>();
const validSpecsKeptLimit = 1_024;

/** Field errors of a CustomResourceDefinition; `old` is undefined for a create. Its defaults are filled already. */
export function validateCrd(crd: JsonObject, old: JsonObject | undefined): FieldError[] {
  const spec = isObject(crd.spec) ? crd.spec : {};
  return [
    // The name cannot change, nor can what it is made of.
    ...(old ? [] : validateName(crd, spec)),
    ...validateSpec(spec, old),
    ...(old ? validateChange(spec, old) : []),
    ...validateStoredVersions(crd, spec),
    ...validateApproval(crd, old),
  ];
}

function validateName(crd: JsonObject, spec: JsonObject): FieldError[] {
  const name = isObject(crd.metadata) ? textOf(crd.metadata.name) : '';
  const names = isObject(spec.names) ? spec.names : {};
  const problems = [...dnsSubdomain(name)];
  if (name !== `${textOf(names.plural)}.${textOf(spec.group)}`) {
    problems.push('must be spec.names.plural+"."+spec.group');
  }
  return problems.map((why) => invalid('metadata.name', name, why));
}

function validateSpec(spec: JsonObject, old: JsonObject | undefined): FieldError[] {
  const key = specKey(spec);
  if (validSpecs.has(key)) return [];
  const errors = checkSpec(spec, new Set());
  if (errors.length === 0) {
    if (validSpecs.size >= validSpecsKeptLimit) validSpecs.clear();
    validSpecs.add(key);
  }
  const unchanged = unchangedSchemas(spec, old);
  return errors.length === 0 || unchanged.size === 0 ? errors : checkSpec(spec, unchanged);
}

/** Names of the versions whose schema is what it was. */
function unchangedSchemas(spec: JsonObject, old: JsonObject | undefined): ReadonlySet<string> {
  const before = new Map(
    (isObject(old?.spec) ? versionsOf(old.spec) : []).map((version) => [
      textOf(version.name),
      schemaOf(version),
    ]),
  );
  const names = versionsOf(spec).filter((version) => {
    const schema = schemaOf(version);
    const past = before.get(textOf(version.name));
    return schema !== undefined && past !== undefined && jsonEqual(schema, past);
  });
  return new Set(names.map((version) => textOf(version.name)));
}

function versionsOf(spec: JsonObject): JsonObject[] {
  return Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
}

function schemaOf(version: JsonObject): JsonObject | undefined {
  const schema = isObject(version.schema) ? version.schema.openAPIV3Schema : undefined;
  return isObject(schema) ? schema : undefined;
}

function checkSpec(spec: JsonObject, unchanged: ReadonlySet<string>): FieldError[] {
  const versions = versionsOf(spec);
  const errors = [...checkGroup(spec), ...checkScope(spec)];
  for (const [i, version] of versions.entries()) {
    if (!schemaOf(version)) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`));
  }
  errors.push(...checkVersions(spec, { versions, unchanged }));
  errors.push(...checkNames(spec));
  errors.push(...checkConversion(spec.conversion));
  if (spec.preserveUnknownFields === true) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalid('spec.preserveUnknownFields', true, why));
  }
  return errors;
}

function checkGroup(spec: JsonObject): FieldError[] {
  const group = textOf(spec.group);
  if (group === '') return [required('spec.group')];
  const problems = dnsSubdomain(group);
  if (problems.length > 0) return [invalid('spec.group', group, problems.join(','))];
  return group.includes('.')
    ? []
    : [invalid('spec.group', group, 'should be a domain with at least one dot')];
}

function checkScope(spec: JsonObject): FieldError[] {
  const scope = textOf(spec.scope);
  if (scope === '') return [required('spec.scope')];
  const scopes = ['Cluster', 'Namespaced'];
  return scopes.includes(scope) ? [] : [notSupported('spec.scope', scope, scopes)];
}

/**
 * What all versions have in common is reported at the top of the spec, where the real server keeps it: its internal
 * form has one `validation` for versions with equal schemas.
 */
function checkVersions(
  spec: JsonObject,
  { versions, unchanged }: { versions: readonly JsonObject[]; unchanged: ReadonlySet<string> },
): FieldError[] {
  const shared = (read: (version: JsonObject) => Json | undefined): boolean => {
    const [first, ...rest] = versions.map((version) => read(version) ?? null);
    return first !== null && rest.every((other) => jsonEqual(first, other));
  };
  const sharedSchema = shared((version) => version.schema);
  const sharedSubresources = shared((version) => version.subresources);
  const sharedColumns = shared((version) => version.additionalPrinterColumns);
  const sharedFields = shared((version) => version.selectableFields);
  const errors: FieldError[] = [];
  const atTop: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    const path = `spec.versions[${i}]`;
    const name = textOf(version.name);
    const problems = dns1035Label(name);
    if (problems.length > 0) {
      errors.push(invalid(`${path}.name`, name, problems.join(',')));
      // The first version's name is also that of the whole, in the real server's internal form.
      if (i === 0) atTop.push(invalid('spec.version', name, problems.join(',')));
    }
    errors.push(...checkDeprecation(version, path));
    const place = (isShared: boolean, top: string, own: string) => ({
      list: isShared ? atTop : errors,
      path: isShared ? `spec.${top}` : `${path}.${own}`,
      skip: isShared && i > 0,
    });
    const schemaPlace = place(sharedSchema, 'validation', 'schema');
    const schema = schemaOf(version);
    if (schema && !schemaPlace.skip) {
      const found = validateOpenApiSchema(schema, `${schemaPlace.path}.openAPIV3Schema`, {
        hasStatus: hasStatus(version),
        isUnchanged: unchanged.has(name),
      });
      schemaPlace.list.push(...found);
    }
    const subresources = place(sharedSubresources, 'subresources', 'subresources');
    if (!subresources.skip) subresources.list.push(...checkScale(version.subresources, subresources.path));
    const columns = place(sharedColumns, 'additionalPrinterColumns', 'additionalPrinterColumns');
    if (!columns.skip) columns.list.push(...checkColumns(version.additionalPrinterColumns, columns.path));
    const fields = place(sharedFields, 'selectableFields', 'selectableFields');
    if (!fields.skip) fields.list.push(...checkSelectable(version, fields.path));
  }
  const names = versions.map((version) => textOf(version.name));
  const list: Json = Array.isArray(spec.versions) ? [...versions] : null;
  if (new Set(names).size < names.length) {
    errors.push(invalid('spec.versions', list, 'must contain unique version names'));
  }
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.push(invalid('spec.versions', list, 'must have exactly one version marked as storage version'));
  }
  return [...errors, ...atTop];
}

function hasStatus(version: JsonObject): boolean {
  return isObject(version.subresources) && isObject(version.subresources.status);
}

function checkDeprecation(version: JsonObject, path: string): FieldError[] {
  const { deprecated, deprecationWarning: warning } = version;
  if (typeof warning !== 'string') return [];
  const problems: string[] = [];
  if (deprecated !== true) problems.push('can only be set for deprecated versions');
  else {
    if (warning.length > 256) problems.push('must be <= 256 characters long');
    if (warning === '') problems.push('must not be an empty string');
    const odd = [...warning].findIndex((character) => /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character));
    if (odd >= 0) {
      const what = 'must only contain printable UTF-8 characters; non-printable character found at index';
      problems.push(`${what} ${odd}`);
    }
  }
  return problems.map((why) => invalid(`${path}.deprecationWarning`, warning, why));
}

function checkNames(spec: JsonObject): FieldError[] {
  const names = isObject(spec.names) ? spec.names : {};
  const errors: FieldError[] = [];
  for (const name of ['plural', 'singular', 'kind', 'listKind']) {
    if (textOf(names[name]) === '') errors.push(required(`spec.names.${name}`));
  }
  for (const name of ['plural', 'singular']) {
    const text = textOf(names[name]);
    const problems = text === '' ? [] : dns1035Label(text);
    if (problems.length > 0) errors.push(invalid(`spec.names.${name}`, text, problems.join(',')));
  }
  for (const name of ['kind', 'listKind']) {
    const text = textOf(names[name]);
    const problems = text === '' ? [] : dns1035Label(text.toLowerCase());
    if (problems.length === 0) continue;
    const why = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    errors.push(invalid(`spec.names.${name}`, text, why));
  }
  const checkEach = (list: readonly string[], field: string) => {
    for (const [i, text] of list.entries()) {
      const problems = dns1035Label(text);
      if (problems.length > 0) errors.push(invalid(`${field}[${i}]`, text, problems.join(',')));
    }
  };
  checkEach(textsOf(names.shortNames), 'spec.names.shortNames');
  const kind = textOf(names.kind);
  if (kind !== '' && kind === names.listKind) {
    errors.push(invalid('spec.names.listKind', kind, 'kind and listKind may not be the same'));
  }
  checkEach(textsOf(names.categories), 'spec.names.categories');
  return errors;
}

function checkSimplePath(path: string, field: string): FieldError[] {
  if (path.startsWith('.')) return [];
  return [invalid(field, path, 'must be a simple json path starting with .')];
}

function checkScale(subresources: Json | undefined, path: string): FieldError[] {
  const scale = isObject(subresources) ? subresources.scale : undefined;
  if (!isObject(scale)) return [];
  const errors: FieldError[] = [];
  for (const { name, roots, where, optional } of scalePlaces) {
    const text = textOf(scale[name]);
    const field = `${path}.scale.${name}`;
    if (text === '') {
      if (!optional) errors.push(required(field));
      continue;
    }
    const problems = checkSimplePath(text, field);
    if (problems.length > 0) errors.push(...problems);
    else if (!roots.some((root) => text.startsWith(root))) {
      errors.push(invalid(field, text, `should be a json path under ${where}`));
    }
  }
  return errors;
}

const scalePlaces = [
  { name: 'specReplicasPath', roots: ['.spec.'], where: '.spec', optional: false },
  { name: 'statusReplicasPath', roots: ['.status.'], where: '.status', optional: false },
  {
    name: 'labelSelectorPath',
    roots: ['.spec.', '.status.'],
    where: 'either .spec or .status',
    optional: true,
  },
];

function checkColumns(columns: Json | undefined, path: string): FieldError[] {
  if (!Array.isArray(columns)) return [];
  return columns.flatMap((column, i) => (isObject(column) ? checkColumn(column, `${path}[${i}]`) : []));
}

function checkColumn(column: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = textOf(column.type);
  const format = textOf(column.format);
  const jsonPath = textOf(column.jsonPath);
  const types = `must be one of ${columnTypes.join(',')}`;
  if (textOf(column.name) === '') errors.push(required(`${path}.name`));
  if (type === '') errors.push(required(`${path}.type`, types));
  else if (!columnTypes.includes(type)) errors.push(invalid(`${path}.type`, type, types));
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  if (jsonPath === '') return [...errors, required(`${path}.JSONPath`)];
  const simple = checkSimplePath(jsonPath, `${path}.JSONPath`);
  if (simple.length > 0) return [...errors, ...simple];
  try {
    compileJsonPath(jsonPath);
  } catch (error) {
    // The real server lets such a column through and shows nothing in it; saying so now is kinder.
    const why = error instanceof Error ? error.message : String(error);
    errors.push(invalid(`${path}.JSONPath`, jsonPath, why));
  }
  return errors;
}

function checkSelectable(version: JsonObject, path: string): FieldError[] {
  const fields = Array.isArray(version.selectableFields) ? version.selectableFields.filter(isObject) : [];
  const schema = schemaOf(version);
  if (fields.length === 0 || !schema) return [];
  const root = new StructuralNode(schema, true);
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, entry] of fields.entries()) {
    const text = textOf(entry.jsonPath);
    const field = `${path}[${i}].jsonPath`;
    if (text === '') {
      errors.push(required(field));
      continue;
    }
    errors.push(...checkSelectablePath(text, field, root));
    if (seen.has(text))
      errors.push({
        reason: 'FieldValueDuplicate',
        field,
        message: `Duplicate value: ${JSON.stringify(text)}`,
      });
    seen.add(text);
  }
  if (seen.size > selectableFieldsLimit) {
    const message = `Too many: ${seen.size}: must have at most ${selectableFieldsLimit} items`;
    errors.push({ reason: 'FieldValueTooMany', field: path, message });
  }
  return errors;
}

function checkSelectablePath(text: string, field: string, root: StructuralNode): FieldError[] {
  const parts = text.replace(/^\./, '').split('.');
  let node: StructuralNode | undefined = root;
  for (const part of parts) node = node?.property(part);
  if (!node) return [invalid(field, text, 'is an invalid path: does not refer to a valid field')];
  if (parts[0] === 'metadata') return [invalid(field, text, 'must not point to fields in metadata')];
  if (['string', 'boolean', 'integer'].includes(node.type)) return [];
  const why =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalid(field, text, why)];
}

function checkConversion(conversion: Json | undefined): FieldError[] {
  if (!isObject(conversion)) return [];
  const strategy = textOf(conversion.strategy);
  const path = 'spec.conversion';
  if (strategy === '') return [required(`${path}.strategy`)];
  if (strategy !== 'None' && strategy !== 'Webhook') {
    return [notSupported(`${path}.strategy`, strategy, ['None', 'Webhook'])];
  }
  const webhook = isObject(conversion.webhook) ? conversion.webhook : undefined;
  if (strategy === 'None') {
    const why = 'should not be set when strategy is not set to Webhook';
    const errors: FieldError[] = [];
    if (webhook?.clientConfig !== undefined) errors.push(forbidden(`${path}.webhookClientConfig`, why));
    if (textsOf(webhook?.conversionReviewVersions).length > 0) {
      errors.push(forbidden(`${path}.conversionReviewVersions`, why));
    }
    return errors;
  }
  return [...checkWebhookClient(webhook, path), ...checkReviewVersions(webhook, path)];
}

function checkWebhookClient(webhook: JsonObject | undefined, path: string): FieldError[] {
  const client = webhook?.clientConfig;
  const field = `${path}.webhookClientConfig`;
  if (!isObject(client)) return [required(field, 'required when strategy is set to Webhook')];
  const hasUrl = client.url !== undefined;
  if (hasUrl === (client.service !== undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (hasUrl) {
    const url = textOf(client.url);
    if (!URL.canParse(url)) return [invalid(`${field}.url`, url, 'url must be a valid URL')];
    if (new URL(url).protocol === 'https:') return [];
    const why = `'https' is the only allowed URL scheme; desired format: https://host[/path]`;
    return [invalid(`${field}.url`, new URL(url).protocol.replace(':', ''), why)];
  }
  const service = isObject(client.service) ? client.service : {};
  const errors: FieldError[] = [];
  if (textOf(service.name) === '') errors.push(required(`${field}.service.name`, 'service name is required'));
  if (textOf(service.namespace) === '') {
    errors.push(required(`${field}.service.namespace`, 'service namespace is required'));
  }
  return errors;
}

function checkReviewVersions(webhook: JsonObject | undefined, path: string): FieldError[] {
  const versions = textsOf(webhook?.conversionReviewVersions);
  const field = `${path}.conversionReviewVersions`;
  if (versions.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) {
      errors.push(invalid(`${field}[${i}]`, version, 'duplicate version'));
      continue;
    }
    errors.push(...dns1035Label(version).map((why) => invalid(`${field}[${i}]`, version, why)));
  }
  if (!versions.some((version) => reviewVersions.includes(version))) {
    errors.push(invalid(field, [...versions], `must include at least one of ${reviewVersions.join(', ')}`));
  }
  return errors;
}

function validateChange(spec: JsonObject, old: JsonObject): FieldError[] {
  const before = isObject(old.spec) ? old.spec : {};
  const names = isObject(spec.names) ? spec.names : {};
  const oldNames = isObject(before.names) ? before.names : {};
  const errors: FieldError[] = [];
  const fixed = (field: string, now: Json | undefined, then: Json | undefined) => {
    if (!jsonEqual(now, then)) errors.push(invalid(field, now, 'field is immutable'));
  };
  if (isEstablished(old)) {
    fixed('spec.scope', spec.scope, before.scope);
    fixed('spec.names.kind', names.kind, oldNames.kind);
  }
  fixed('spec.group', spec.group, before.group);
  fixed('spec.names.plural', names.plural, oldNames.plural);
  return errors;
}

function validateStoredVersions(crd: JsonObject, spec: JsonObject): FieldError[] {
  const stored = textsOf(isObject(crd.status) ? crd.status.storedVersions : undefined);
  const field = 'status.storedVersions';
  if (stored.length === 0) return [invalid(field, null, 'must have at least one stored version')];
  const errors: FieldError[] = [];
  const versions = versionsOf(spec);
  for (const version of versions) {
    const name = textOf(version.name);
    if (version.storage === true && !stored.includes(name)) {
      errors.push(invalid(field, [...stored], `must have the storage version ${name}`));
    }
  }
  const names = new Set(versions.map((version) => textOf(version.name)));
  for (const [i, version] of stored.entries()) {
    if (names.has(version)) continue;
    const why = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    errors.push(invalid(`${field}[${i}]`, version, why));
  }
  return errors;
}
