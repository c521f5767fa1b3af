import { cloneJson } from '../apimachinery/clone.ts';
import type { WriteStrategy } from '../apimachinery/contract.ts';
import { keepMetadata } from '../apimachinery/metadata.ts';
import { validateMetadata, validateMetadataUpdate } from '../apimachinery/validation/metadata.ts';
import { pathSegmentName, subdomainName } from '../apimachinery/validation/names.ts';
import type { JsonObject } from '../base/index.ts';
import type { BuiltInKind } from './built-in-kind.ts';
import { blankOf, clearStatus, normalize } from './normalize.ts';

/** A kind, and the Go type of the version at hand. */
export interface StrategyOptions {
  /** E.g. `apps.v1.Deployment`. */
  readonly type: string;
  readonly hasStatus: boolean;
  readonly kind: BuiltInKind;
}

const nothing = () => [];

/** A binding sets a pod's node and its PodScheduled condition, which no update of the pod may. */
const bindingSubresource = 'binding';

/** The course of a write that all built-in kinds share, with the kind's own rules hung in. */
export function builtinStrategy({ type, hasStatus, kind }: StrategyOptions): WriteStrategy {
  const metadata = {
    namespaced: kind.scope === 'Namespaced',
    name: kind.name ?? (kind.quirks?.looseMetadata ? pathSegmentName : subdomainName),
    standardFinalizers: true,
  };
  return {
    blank: () => blankOf(type),
    default(object) {
      normalize(object, type);
      kind.defaults?.(object);
    },
    prepareForCreate(object) {
      if (hasStatus && !kind.quirks?.keepsStatusOnCreate) clearStatus(object, type);
      kind.prepareForCreate?.(object);
    },
    prepareForUpdate(object, old, subresource) {
      if (subresource === 'status') {
        takeAllButStatus(object, old);
        if (kind.quirks?.statusKeepsMetadata) keepMetadata(object, old);
      } else if (hasStatus && subresource !== bindingSubresource) takeMember(object, old, 'status');
      kind.prepareForUpdate?.(object, old, subresource);
    },
    validate(object, old, subresource) {
      if (!old) {
        const own = [...(kind.validate?.(object) ?? []), ...(kind.validateCreate?.(object) ?? [])];
        if (kind.quirks?.looseMetadata && own.length > 0) return own;
        return [...validateMetadata(object, metadata), ...own];
      }
      const errors = validateMetadataUpdate(object, old, metadata);
      if (subresource === 'status') return [...errors, ...(kind.validateStatus?.(object, old) ?? [])];
      errors.push(...(kind.validate?.(object, old) ?? []));
      if (subresource === bindingSubresource) return errors;
      return [...errors, ...(kind.validateUpdate?.(object, old, subresource) ?? [])];
    },
    warnings: kind.warnings ?? nothing,
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
  else object[name] = cloneJson(value);
}
