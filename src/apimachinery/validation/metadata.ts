import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { at, flagAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../read.ts';
import { child, forbidden, index, invalid, invalidEach, required, tooLong } from './errors.ts';
import { dnsLabel, labelValue, type NameRule, qualifiedName } from './names.ts';

const maxAnnotationBytes = 256 * 1024;
const maxManagerNameLength = 128;

export interface MetadataRules {
  readonly namespaced: boolean;
  readonly name: NameRule;
  /** Finalizers without a domain must be among the standard ones (not so for custom resources). */
  readonly standardFinalizers?: boolean;
}

/** Field errors of `metadata` of any object that is to be created. */
export function validateMetadata(object: JsonObject, rules: MetadataRules): FieldError[] {
  const metadata = objectAt(object, 'metadata');
  const name = textAt(metadata, 'name');
  const generateName = textAt(metadata, 'generateName');
  const errors: FieldError[] = [];
  if (generateName)
    errors.push(...invalidEach('metadata.generateName', generateName, rules.name(generateName, true)));
  if (name) errors.push(...invalidEach('metadata.name', name, rules.name(name, false)));
  else errors.push(required('metadata.name', 'name or generateName is required'));
  errors.push(...validateNamespace(textAt(metadata, 'namespace'), rules.namespaced));
  if (numberAt(metadata, 'generation') < 0) {
    errors.push(
      invalid('metadata.generation', numberAt(metadata, 'generation'), 'must be greater than or equal to 0'),
    );
  }
  return [...errors, ...validateMembers(metadata, rules)];
}

/** Field errors of a change to `metadata`. The caller has filled what the server itself keeps (uid, timestamps). */
export function validateMetadataUpdate(
  object: JsonObject,
  old: JsonObject,
  rules: Pick<MetadataRules, 'standardFinalizers'> = {},
): FieldError[] {
  const metadata = objectAt(object, 'metadata');
  const before = objectAt(old, 'metadata');
  const errors: FieldError[] = [];
  if (textAt(before, 'deletionTimestamp')) errors.push(...validateNoNewFinalizers(metadata, before));
  if (numberAt(metadata, 'generation') < numberAt(before, 'generation')) {
    errors.push(invalid('metadata.generation', numberAt(metadata, 'generation'), 'must not be decremented'));
  }
  for (const name of immutableMembers)
    errors.push(...validateImmutable(metadata, before, `metadata.${name}`, name));
  return [...errors, ...validateMembers(metadata, rules)];
}

/** What holds for the members of metadata whether it is new or changed. */
function validateMembers(
  metadata: JsonObject,
  rules: Pick<MetadataRules, 'standardFinalizers'>,
): FieldError[] {
  return [
    ...validateLabels(metadata['labels'], 'metadata.labels'),
    ...validateAnnotations(metadata['annotations'], 'metadata.annotations'),
    ...validateOwners(metadata),
    ...validateFinalizers(metadata),
    ...validateManagedFields(metadata),
    ...(rules.standardFinalizers
      ? validateStandardFinalizers(textsAt(metadata, 'finalizers'), 'metadata.finalizers')
      : []),
  ];
}

const immutableMembers = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** `field is immutable` when a member changed. */
export function validateImmutable(
  after: JsonObject,
  before: JsonObject,
  path: string,
  member: string,
): FieldError[] {
  if (jsonEqual(after[member], before[member])) return [];
  return [
    invalid(path, after[member] ?? (typeof before[member] === 'string' ? '' : null), 'field is immutable'),
  ];
}

function validateNamespace(namespace: string, namespaced: boolean): FieldError[] {
  if (!namespaced) return namespace ? [forbidden('metadata.namespace', 'not allowed on this type')] : [];
  if (!namespace) return [required('metadata.namespace')];
  return invalidEach('metadata.namespace', namespace, dnsLabel(namespace));
}

/** Field errors of labels, also of those of templates and node selectors. */
export function validateLabels(labels: Json | undefined, path: string): FieldError[] {
  if (!isObject(labels)) return [];
  return Object.entries(labels).flatMap(([name, value]) => [
    ...invalidEach(path, name, qualifiedName(name)),
    ...(typeof value === 'string' ? invalidEach(path, value, labelValue(value)) : []),
  ]);
}

export function validateAnnotations(annotations: Json | undefined, path: string): FieldError[] {
  if (!isObject(annotations)) return [];
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(annotations)) {
    errors.push(...invalidEach(path, name, qualifiedName(name.toLowerCase())));
    bytes += Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  }
  if (bytes > maxAnnotationBytes) errors.push(tooLong(path, maxAnnotationBytes));
  return errors;
}

function validateOwners(metadata: JsonObject): FieldError[] {
  const path = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of objectsAt(metadata, 'ownerReferences')) {
    errors.push(...validateOwner(owner, path));
    if (!flagAt(owner, 'controller')) continue;
    const name = `${textAt(owner, 'kind')}/${textAt(owner, 'name')}`;
    if (controller) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(path, at(metadata, 'ownerReferences'), detail));
    } else controller = name;
  }
  return errors;
}

function validateOwner(owner: JsonObject, path: string): FieldError[] {
  const apiVersion = textAt(owner, 'apiVersion');
  const errors: FieldError[] = [];
  if (apiVersion === '' || apiVersion.endsWith('/') || apiVersion.split('/').length > 2) {
    errors.push(invalid(child(path, 'apiVersion'), apiVersion, 'version must not be empty'));
  }
  for (const member of ['kind', 'name', 'uid']) {
    if (!textAt(owner, member)) errors.push(invalid(child(path, member), '', 'must not be empty'));
  }
  if (apiVersion === 'v1' && textAt(owner, 'kind') === 'Event') {
    errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function validateFinalizers(metadata: JsonObject): FieldError[] {
  const path = 'metadata.finalizers';
  const finalizers = textsAt(metadata, 'finalizers');
  const errors = finalizers.flatMap((name) => invalidEach(path, name, qualifiedName(name)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set';
    errors.push(invalid(path, [...finalizers], detail));
  }
  return errors;
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Finalizers in a list at `path`: a domain, or one that Kubernetes knows. */
export function validateStandardFinalizers(finalizers: readonly string[], path: string): FieldError[] {
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  return finalizers.flatMap((name, position) =>
    name.includes('/') || standardFinalizers.includes(name)
      ? []
      : [invalid(index(path, position), name, detail)],
  );
}

function validateNoNewFinalizers(metadata: JsonObject, before: JsonObject): FieldError[] {
  const known = textsAt(before, 'finalizers');
  const added = textsAt(metadata, 'finalizers')
    .filter((name) => !known.includes(name))
    .sort();
  if (added.length === 0) return [];
  const list = added.map((name) => JSON.stringify(name)).join(', ');
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbidden('metadata.finalizers', detail)];
}

function validateManagedFields(metadata: JsonObject): FieldError[] {
  return objectsAt(metadata, 'managedFields').flatMap((entry, position) => {
    const path = index('metadata.managedFields', position);
    const errors: FieldError[] = [];
    const operation = textAt(entry, 'operation');
    if (operation !== 'Apply' && operation !== 'Update') {
      errors.push(invalid(child(path, 'operation'), operation, 'must be `Apply` or `Update`'));
    }
    const fieldsType = textAt(entry, 'fieldsType');
    if (fieldsType && fieldsType !== 'FieldsV1') {
      errors.push(invalid(child(path, 'fieldsType'), fieldsType, 'must be `FieldsV1`'));
    }
    if (textAt(entry, 'manager').length > maxManagerNameLength) {
      errors.push(tooLong(child(path, 'manager'), maxManagerNameLength));
    }
    return errors;
  });
}
