import type { FieldError } from '../../apimachinery/contract.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { invalid, notSupported } from '../../apimachinery/validation/field-errors.ts';
import { dns1035Label, dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { textOf, textsOf } from '../../schema/structural-node.ts';
import { validateApproval } from './approval.ts';
import { specKey } from './definitions.ts';
import { isEstablished } from './establish.ts';
import { validateColumns } from './validate-columns.ts';
import { validateConversion } from './validate-conversion.ts';
import { validateNames } from './validate-names.ts';
import { validateScale } from './validate-scale.ts';
import { validateOpenApiSchema } from './validate-schema.ts';
import { validateSelectable } from './validate-selectable.ts';

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

const nameMissing: FieldError[] = [required('metadata.name', 'name or generateName is required')];

function validateName(crd: JsonObject, spec: JsonObject): FieldError[] {
  const name = isObject(crd.metadata) ? textOf(crd.metadata.name) : '';
  if (name === '') return nameMissing;
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
  errors.push(...validateNames(spec));
  errors.push(...validateConversion(spec.conversion));
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
      if (i === 0 && name !== '') atTop.push(invalid('spec.version', name, problems.join(',')));
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
    if (!subresources.skip) subresources.list.push(...validateScale(version.subresources, subresources.path));
    const columns = place(sharedColumns, 'additionalPrinterColumns', 'additionalPrinterColumns');
    if (!columns.skip) columns.list.push(...validateColumns(version.additionalPrinterColumns, columns.path));
    const fields = place(sharedFields, 'selectableFields', 'selectableFields');
    if (!fields.skip) fields.list.push(...validateSelectable(version, schema, fields.path));
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
