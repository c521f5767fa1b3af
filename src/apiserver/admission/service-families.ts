import type { Write } from '../../apimachinery/admission.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { invalid } from '../../apimachinery/status.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import { serviceAddressErrors } from '../../kinds/core/service/addresses.ts';

/**
 * Chooses the families of addresses of a service on a cluster that has IPv4 only. Throws 422 for families that it has
 * not, and for addresses that contradict them.
 */
export function chooseFamilies({ definition, name, old }: Write, spec: JsonObject): void {
  if (spec['type'] === 'ExternalName') return;
  const before = isObject(old?.['spec']) ? old['spec'] : {};
  if (keepsPreference(spec, before)) return;
  const selectorless = isSelectorless(spec);
  spec['ipFamilyPolicy'] ??=
    before['ipFamilyPolicy'] ??
    (spec['clusterIP'] === 'None' && selectorless ? 'RequireDualStack' : 'SingleStack');
  const refuse = (errors: readonly FieldError[]) => {
    if (errors.length > 0) throw invalid(definition, name, errors);
  };
  refuse(serviceAddressErrors(spec));
  refuse([...policyErrors(spec), ...inferFamilies(spec)]);
  const families = textsOf(spec['ipFamilies']);
  if (spec['clusterIP'] === 'None' && selectorless) {
    spec['ipFamilies'] = familiesOfHeadless(families, spec['ipFamilyPolicy'] === 'SingleStack');
    return;
  }
  refuse(unservedErrors(spec, families));
  if (families.length === 0) spec['ipFamilies'] = ['IPv4'];
}

/** A service that takes two families where there are two is not changed by writes that do not say so. */
function keepsPreference(spec: JsonObject, before: JsonObject): boolean {
  return (
    spec['ipFamilyPolicy'] === 'PreferDualStack' &&
    ['ipFamilyPolicy', 'clusterIPs', 'ipFamilies'].every((member) =>
      jsonEqual(spec[member] ?? null, before[member] ?? null),
    )
  );
}

function isSelectorless({ selector }: JsonObject): boolean {
  return !isObject(selector) || Object.keys(selector).length === 0;
}

function policyErrors(spec: JsonObject): FieldError[] {
  if (spec['ipFamilyPolicy'] !== 'SingleStack') return [];
  const detail = (what: string) =>
    `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
  const errors: FieldError[] = [];
  const refuse = (what: string) =>
    errors.push(invalidField('spec.ipFamilyPolicy', 'SingleStack', detail(what)));
  if (textsOf(spec['clusterIPs']).length === 2) refuse('cluster IPs');
  if (textsOf(spec['ipFamilies']).length === 2) refuse('IP families');
  return errors;
}

/** Addresses say their families where nobody else does. */
function inferFamilies(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const families = textsOf(spec['ipFamilies']);
  const addresses = textsOf(spec['clusterIPs']);
  for (const [at, address] of addresses.entries()) {
    if (address === 'None') break;
    if (at < families.length) continue;
    const family = parseIpAddress(address)?.family === 6 ? 'IPv6' : 'IPv4';
    if (family === 'IPv4') families.push(family);
    else {
      const detail = `${family} is not configured on this cluster`;
      errors.push(invalidField(`spec.clusterIPs[${at}]`, addresses, detail));
    }
  }
  if (families.length > 0) spec['ipFamilies'] = families;
  return errors;
}

function familiesOfHeadless(families: readonly string[], single: boolean): string[] {
  const [first = 'IPv4'] = families;
  if (families.length >= 2 || single) return families.length > 0 ? [...families] : [first];
  return [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
}

function unservedErrors(spec: JsonObject, families: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  if (spec['ipFamilyPolicy'] === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push(invalidField('spec.ipFamilyPolicy', 'RequireDualStack', detail));
  }
  for (const [at, family] of families.entries()) {
    if (family !== 'IPv4')
      errors.push(invalidField(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster'));
  }
  return errors;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((each) => textOf(each)) : [];
}
