import type { FieldError, WriteStrategy } from '../apimachinery/contract.ts';
import { validateMetadata, validateMetadataUpdate } from '../apimachinery/validation/metadata.ts';
import { type NameRule, subdomainName } from '../apimachinery/validation/names.ts';
import type { JsonObject } from '../base/index.ts';
import { blankOf, clearStatus, normalize } from './normalize.ts';

/** What one kind adds to the common course of a write. Everything is optional. */
export interface KindRules {
  /** Fills absent fields, after the object took its stored form. */
  default?(object: JsonObject): void;
  /** Fixes what a create may not choose; status was cleared already (see `keepsStatusOnCreate`). */
  prepareForCreate?(object: JsonObject): void;
  /** Fixes what an update may not choose; status and spec were separated already. */
  prepareForUpdate?(object: JsonObject, old: JsonObject, subresource: string): void;
  /** Field errors of the object itself, on create and on update. */
  validate?(object: JsonObject): FieldError[];
  /** Field errors that only a create can have. */
  validateCreate?(object: JsonObject): FieldError[];
  /** Field errors of the change. */
  validateUpdate?(object: JsonObject, old: JsonObject, subresource: string): FieldError[];
  /** Field errors of a status write; by default none. */
  validateStatus?(object: JsonObject, old: JsonObject): FieldError[];
  /** Nodes register with a status. */
  readonly keepsStatusOnCreate?: boolean;
  /** What names look like; default: DNS subdomains. */
  readonly name?: NameRule;
}

export interface StrategyOptions {
  /** E.g. `apps.v1.Deployment`. */
  readonly type: string;
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  readonly rules: KindRules;
  /** What writers are told of what is taken as it is. */
  readonly warnings: (object: JsonObject, old: JsonObject | undefined) => string[];
}

/** A binding sets a pod's node and its PodScheduled condition, which no update of the pod may. */
const bindingSubresource = 'binding';

/** The course of a write that all built-in kinds share, with the kind's own rules hung in. */
export function builtinStrategy({
  type,
  hasStatus,
  namespaced,
  rules,
  warnings,
}: StrategyOptions): WriteStrategy {
  const metadata = { namespaced, name: rules.name ?? subdomainName, standardFinalizers: true };
  return {
    blank: () => blankOf(type),
    default(object) {
      normalize(object, type);
      rules.default?.(object);
    },
    prepareForCreate(object) {
      if (hasStatus && !rules.keepsStatusOnCreate) clearStatus(object, type);
      rules.prepareForCreate?.(object);
    },
    prepareForUpdate(object, old, subresource) {
      if (subresource === 'status') takeAllButStatus(object, old);
      else if (hasStatus && subresource !== bindingSubresource) takeMember(object, old, 'status');
      rules.prepareForUpdate?.(object, old, subresource);
    },
    validate(object, old, subresource) {
      if (!old) {
        const errors = [...validateMetadata(object, metadata), ...(rules.validate?.(object) ?? [])];
        return [...errors, ...(rules.validateCreate?.(object) ?? [])];
      }
      const errors = validateMetadataUpdate(object, old, metadata);
      if (subresource === 'status') return [...errors, ...(rules.validateStatus?.(object, old) ?? [])];
      errors.push(...(rules.validate?.(object) ?? []));
      if (subresource === bindingSubresource) return errors;
      return [...errors, ...(rules.validateUpdate?.(object, old, subresource) ?? [])];
    },
    warnings,
  };
}

function takeAllButStatus(object: JsonObject, old: JsonObject): void {
  for (const name of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (name !== 'status' && name !== 'metadata') takeMember(object, old, name);
  }
}

function takeMember(object: JsonObject, old: JsonObject, name: string): void {
  const value = old[name];
  if (value === undefined) delete object[name];
  else object[name] = structuredClone(value);
}
