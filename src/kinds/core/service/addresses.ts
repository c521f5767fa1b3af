import type { FieldError } from '../../../apimachinery/contract.ts';
import { listAt, textAt, textsAt } from '../../../apimachinery/read.ts';
import { parseIpAddress } from '../../../apimachinery/validation/addresses.ts';
import { duplicate, index, invalid, required } from '../../../apimachinery/validation/errors.ts';
import {
  validateChoice,
  validateIp,
  validateOptionalChoice,
} from '../../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../../base/index.ts';

/** What is wrong with the addresses of a service and their families; nothing of a name. */
export function serviceAddressErrors(spec: JsonObject): FieldError[] {
  const path = 'spec.clusterIPs';
  const first = textAt(spec, 'clusterIP');
  const all = textsAt(spec, 'clusterIPs');
  const errors: FieldError[] = [];
  if (first && all.length === 0) errors.push(required(path));
  else if (first && all[0] !== first)
    errors.push(invalid(path, [...all], 'first value must match `clusterIP`'));
  else if (!first && all.length > 0) {
    errors.push(invalid(path, [...all], 'must be empty when `clusterIP` is not specified'));
  }
  errors.push(...validateFamilies(spec));
  const wrong: FieldError[] = [];
  if (all[0] === 'None' && all.length > 1) {
    wrong.push(invalid(path, [...all], "'None' must be the first and only value"));
  }
  wrong.push(...all.flatMap((ip, at) => (at === 0 && ip === 'None' ? [] : validateIp(ip, index(path, at)))));
  errors.push(...wrong);
  if (all.length > 2) errors.push(invalid(path, [...all], 'may only hold up to 2 values'));
  return wrong.length > 0 ? errors : [...errors, ...familyErrors(spec, all)];
}

function familyErrors(spec: JsonObject, all: readonly string[]): FieldError[] {
  const path = 'spec.clusterIPs';
  const errors: FieldError[] = [];
  const isSix = all.map((ip) => parseIpAddress(ip)?.family === 6);
  if (all.length > 1 && (all.length > 2 || isSix[0] === isSix[1])) {
    errors.push(invalid(path, [...all], 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return errors;
  for (const [position, ip] of all.entries()) {
    const family = textsAt(spec, 'ipFamilies')[position];
    if ((family === 'IPv4' && isSix[position]) || (family === 'IPv6' && !isSix[position])) {
      const detail = `expected an ${family} value as indicated by \`ipFamilies[${position}]\``;
      errors.push(invalid(index(path, position), ip, detail));
    }
  }
  return errors;
}

function validateFamilies(spec: JsonObject): FieldError[] {
  const families = textsAt(spec, 'ipFamilies');
  const errors = families.flatMap((family, position) => {
    const here = index('spec.ipFamilies', position);
    if (families.indexOf(family) !== position) return [duplicate(here, family)];
    return validateChoice({ family }, '', 'family', ['IPv4', 'IPv6']).map((error) => ({
      ...error,
      field: here,
    }));
  });
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  return [...errors, ...validateOptionalChoice(spec, 'spec', 'ipFamilyPolicy', policies)];
}

/** A service that has the addresses of its pods only. */
export function isHeadless(spec: JsonObject): boolean {
  return listAt(spec, 'clusterIPs').length === 1 && listAt(spec, 'clusterIPs')[0] === 'None';
}
