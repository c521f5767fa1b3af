import type { FieldError } from '../../apimachinery/contract.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, maybeObjectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  invalid,
  invalidEach,
  key,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import type { Json, JsonObject } from '../../base/index.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const zero = { nano: 0n, format: 'decimal' } as const;

/** The spec of a claim, on its own or as a template in pods and stateful sets. */
export function validateClaimSpec(spec: Json | undefined, path: string): FieldError[] {
  const modes = textsAt(spec, 'accessModes');
  const claim = maybeObjectAt(spec) ?? {};
  const storage = at(spec, 'resources', 'requests', 'storage');
  const storagePath = key(child(path, 'resources'), 'storage');
  return [
    ...(modes.length === 0
      ? [required(child(path, 'accessModes'), 'at least 1 access mode is required')]
      : []),
    ...validateSelector(maybeObjectAt(spec, 'selector'), child(path, 'selector')),
    ...validateAccessModes(modes, child(path, 'accessModes')),
    ...(storage === undefined ? [required(storagePath)] : validateQuantityPositive(storage, storagePath)),
    ...validateClassName(claim, path, 'storageClassName'),
    ...validateOptionalChoice(claim, path, 'volumeMode', ['Block', 'Filesystem']),
  ];
}

/** Field errors of modes that there are not, or not together. */
export function validateAccessModes(modes: readonly string[], path: string): FieldError[] {
  const errors = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => notSupported(path, mode, accessModes));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

/** Field errors of an amount that is not above zero; what is no amount is refused elsewhere. */
export function validateQuantityPositive(value: Json, path: string): FieldError[] {
  const quantity = parseQuantity(value);
  if (!quantity || compareQuantities(quantity, zero) > 0) return [];
  return [invalid(path, formatQuantity(quantity), 'must be greater than zero')];
}

/** Field errors of the name of a class, when there is one. */
export function validateClassName(object: JsonObject, path: string, member: string): FieldError[] {
  const name = textAt(object, member);
  return name ? invalidEach(child(path, member), name, dnsSubdomain(name)) : [];
}
