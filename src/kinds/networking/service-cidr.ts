import type { FieldError } from '../../apimachinery/contract.ts';
import { nameOf, textsAt } from '../../apimachinery/read.ts';
import { index, invalid, required } from '../../apimachinery/validation/errors.ts';
import { validateCidr } from '../../apimachinery/validation/values.ts';
import { type Json, type JsonObject, parseIpRange } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const serviceCidr: BuiltInKind = {
  group: 'networking.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'servicecidrs',
  kind: 'ServiceCIDR',
  scope: 'Cluster',
  subresources: { status: 'get patch update' },
  quirks: { statusKeepsMetadata: true },
  columns: {
    definitions: ['Name|string|name|0', 'CIDRs', 'Age'],
    cells: (object) => [nameOf(object), textsAt(object, 'spec', 'cidrs').join(','), ageOf(object)],
  },
  validate: (object) => cidrErrors(object),
  validateUpdate(object, old) {
    const [now, before] = [cidrsOf(object), cidrsOf(old)];
    const immutable = (field: string, value: Json) => invalid(field, value, 'field is immutable');
    if (now.length === before.length) {
      return now.flatMap((cidr, position) =>
        cidr === before[position] ? [] : immutable(index('spec.cidrs', position), cidr),
      );
    }
    // A second family may be added later.
    if (before.length !== 1 || now.length !== 2) return [immutable('spec.cidrs', now)];
    return now[0] === before[0] ? [] : [immutable(index('spec.cidrs', 0), now[0] ?? '')];
  },
};

const cidrsOf = (object: JsonObject): string[] => [...textsAt(object, 'spec', 'cidrs')];

function cidrErrors(object: JsonObject): FieldError[] {
  const cidrs = cidrsOf(object);
  if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid('spec.cidrs', { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, position) => {
    const path = index('spec.cidrs', position);
    const range = parseIpRange(cidr);
    const isOfHost = range !== undefined && range.first !== range.address.value;
    const detail = 'must not have bits set beyond the prefix length';
    return isOfHost ? [invalid(path, cidr, detail)] : validateCidr(cidr, path);
  });
  const [first, second] = cidrs.map((cidr) => parseIpRange(cidr)?.address.family);
  if (first !== undefined && first === second) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalid('spec.cidrs', cidrs, detail));
  }
  return errors;
}
