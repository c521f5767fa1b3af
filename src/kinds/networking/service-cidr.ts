import { nameOf, textsAt } from '../../apimachinery/read.ts';
import { index, required } from '../../apimachinery/validation/errors.ts';
import { isCidr, validateCidr } from '../../apimachinery/validation/values.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const serviceCidr: BuiltInKind = {
  group: 'networking.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'servicecidrs',
  kind: 'ServiceCIDR',
  scope: 'Cluster',
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'CIDRs', 'Age'],
    cells: (object) => [nameOf(object), textsAt(object, 'spec', 'cidrs').join(','), ageOf(object)],
  },
  validate(object) {
    const cidrs = textsAt(object, 'spec', 'cidrs');
    if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
    return cidrs.flatMap((cidr, position) =>
      isCidr(cidr) ? [] : validateCidr(cidr, index('spec.cidrs', position)),
    );
  },
};
