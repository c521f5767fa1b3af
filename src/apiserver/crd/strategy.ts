import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError, ScalePaths, WriteStrategy } from '../../apimachinery/contract.ts';
import { keepMetadata } from '../../apimachinery/metadata.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { qualifiedName, subdomainName } from '../../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { goPlain, goType } from '../../merge/index.ts';
import { Correlation } from '../../schema/correlation.ts';
import { applyDefaults } from '../../schema/defaults.ts';
import { validateEmbedded } from '../../schema/embedded.ts';
import { validateListTypes } from '../../schema/list-types.ts';
import { prune } from '../../schema/prune.ts';
import { validateRules } from '../../schema/rules.ts';
import { type StructuralNode, textOf } from '../../schema/structural-node.ts';
import { validateValue } from '../../schema/validate.ts';

export interface CustomKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly root: StructuralNode;
}

/** Errors that leave nothing to evaluate rules on. */
const blockingReasons: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const rulesNotChecked =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** The course of a write for custom resources of one version. */
export function customResourceStrategy(kind: CustomKind): WriteStrategy {
  return {
    default(object) {
      prune(object, kind.root);
      applyDefaults(object, kind.root);
    },
    prepareForCreate(object) {
      if (!kind.hasStatus) return;
      delete object.status;
      // A default of the status itself comes after what the caller may not set is gone.
      applyDefaults(object, kind.root);
    },
    prepareForUpdate(object, old, subresource) {
      if (subresource === 'status') keepAllButStatus(object, old);
      else if (kind.hasStatus) keepStatus(object, old);
    },
    validate(object, old, subresource) {
      const typeErrors = validateType(object, kind);
      if (typeErrors.length > 0) return typeErrors;
      const correlation = old && new Correlation(object, old, kind.root);
      const errors = old ? [] : validateName(object);
      errors.push(...validateSchema(object, { kind, subresource, correlation }));
      errors.push(...validateScale(object, kind.scale, subresource));
      if (subresource !== 'status') errors.push(...validateEmbedded(object, kind.root));
      errors.push(...validateLists(object, old, kind.root));
      errors.push(
        ...checkRules(object, old, {
          kind,
          correlation,
          blocked: errors.some(isBlocking) || isNameless(object),
        }),
      );
      return errors;
    },
    warnings: (object, old) => finalizerWarnings(object, old),
  };
}

/** The error for it is reported with the rest of the metadata. */
function isNameless({ metadata }: JsonObject): boolean {
  return !isObject(metadata) || textOf(metadata.name) === '';
}

function isBlocking(error: FieldError): boolean {
  return blockingReasons.has(error.reason);
}

function keepStatus(object: JsonObject, old: JsonObject): void {
  if (old.status !== undefined) object.status = cloneJson(old.status);
  else delete object.status;
}

function keepAllButStatus(object: JsonObject, old: JsonObject): void {
  for (const name of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (name === 'status' || name === 'metadata') continue;
    const value = old[name];
    if (value === undefined) delete object[name];
    else object[name] = cloneJson(value);
  }
  keepMetadata(object, old);
}

function validateType(object: JsonObject, { kind, apiVersion }: CustomKind): FieldError[] {
  const errors: FieldError[] = [];
  if (object.kind !== kind) errors.push(invalid('kind', object.kind ?? '', `must be ${kind}`));
  if (object.apiVersion !== apiVersion) {
    errors.push(invalid('apiVersion', object.apiVersion ?? '', `must be ${apiVersion}`));
  }
  return errors;
}

function validateName(object: JsonObject): FieldError[] {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const { name, generateName } = metadata;
  const errors: FieldError[] = [];
  if (typeof generateName === 'string' && generateName !== '') {
    errors.push(
      ...subdomainName(generateName, true).map((why) => invalid('metadata.generateName', generateName, why)),
    );
  }
  if (typeof name === 'string' && name !== '') {
    errors.push(...subdomainName(name, false).map((why) => invalid('metadata.name', name, why)));
  }
  return errors;
}

function validateSchema(
  object: JsonObject,
  place: { kind: CustomKind; subresource: string; correlation: Correlation | undefined },
): FieldError[] {
  const { kind, subresource, correlation } = place;
  if (subresource !== 'status') return validateValue(object, kind.root, { correlation });
  const node = kind.root.property('status');
  if (!node || object.status === undefined) return [];
  return validateValue(object.status, node, { prefix: 'status', correlation: correlation?.member('status') });
}

/** Old objects that break the law already may go on doing so. */
function validateLists(object: JsonObject, old: JsonObject | undefined, root: StructuralNode): FieldError[] {
  const errors = validateListTypes(object, root);
  return errors.length > 0 && old && validateListTypes(old, root).length > 0 ? [] : errors;
}

function checkRules(
  object: JsonObject,
  old: JsonObject | undefined,
  place: { kind: CustomKind; correlation: Correlation | undefined; blocked: boolean },
): FieldError[] {
  if (place.blocked) {
    return place.kind.root.rulesBelow ? [invalid('', null, rulesNotChecked)] : [];
  }
  return validateRules(object, old, { root: place.kind.root, correlation: place.correlation });
}

const replicasLimit = 2 ** 31 - 1;

function validateScale(object: JsonObject, scale: ScalePaths | undefined, subresource: string): FieldError[] {
  if (!scale) return [];
  const errors = validateReplicas(object, scale.statusReplicas);
  if (subresource !== 'status') errors.unshift(...validateReplicas(object, scale.specReplicas));
  if (scale.labelSelector !== undefined) {
    const selector = valueAt(object, scale.labelSelector);
    if (selector !== undefined && typeof selector !== 'string') {
      errors.push(invalid(scale.labelSelector, '', wrongType(scale.labelSelector, selector, 'string')));
    }
  }
  return errors;
}

function validateReplicas(object: JsonObject, path: string): FieldError[] {
  const replicas = valueAt(object, path);
  if (replicas === undefined) return [];
  if (typeof replicas !== 'number' || !Number.isSafeInteger(replicas))
    return [invalid(path, 0, wrongType(path, replicas, 'int64'))];
  if (replicas < 0) return [invalid(path, replicas, 'should be a non-negative integer')];
  if (replicas <= replicasLimit) return [];
  return [invalid(path, replicas, `should be less than or equal to ${replicasLimit}`)];
}

function wrongType(path: string, value: Json, expected: string): string {
  return `${path} accessor error: ${goPlain(value)} is of the type ${goType(value)}, expected ${expected}`;
}

/** The value at a simple path such as `.spec.replicas`. */
export function valueAt(object: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = object;
  for (const name of path.replace(/^\./, '').split('.')) value = isObject(value) ? value[name] : undefined;
  return value;
}

const knownFinalizers: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

function finalizerWarnings(object: JsonObject, old: JsonObject | undefined): string[] {
  const before = new Set(finalizersOf(old));
  const warnings: string[] = [];
  for (const finalizer of finalizersOf(object)
    .filter((name) => !before.has(name))
    .sort()) {
    const place = `metadata.finalizers: ${JSON.stringify(finalizer)}`;
    warnings.push(...qualifiedName(finalizer).map((why) => `${place}: ${why}`));
    if (finalizer.includes('/') || knownFinalizers.has(finalizer)) continue;
    const form = finalizer.includes('.') ? ' including a path (/)' : '';
    warnings.push(
      `${place}: prefer a domain-qualified finalizer name${form} to avoid accidental conflicts with other finalizer writers`,
    );
  }
  return warnings;
}

function finalizersOf(object: JsonObject | undefined): string[] {
  const metadata = object?.metadata;
  const finalizers = isObject(metadata) ? metadata.finalizers : undefined;
  return Array.isArray(finalizers) ? finalizers.filter((name) => typeof name === 'string') : [];
}
