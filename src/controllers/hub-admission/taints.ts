import { objectsAt, textAt } from '../../apimachinery/read.ts';
import { labelValue, qualifiedName } from '../../apimachinery/validation/names.ts';
import type { Webhook } from './contract.ts';
import { aggregate, struct } from './go-text.ts';

/** The taints of a MemberCluster. */
export const memberClusters: Webhook = {
  name: 'fleet.membercluster.validating',
  operations: ['CREATE', 'UPDATE'],
  judge({ object, subresource }) {
    if (subresource !== '') return undefined;
    const errors: string[] = [];
    const seen = new Set<string>();
    for (const taint of objectsAt(object, 'spec', 'taints')) {
      const shown = struct(taint, { Key: 'key', Value: 'value', Effect: 'effect' });
      const [key, value] = [textAt(taint, 'key'), textAt(taint, 'value')];
      errors.push(...qualifiedName(key).map((why) => `invalid taint key ${shown}: ${why}`));
      errors.push(...labelValue(value).map((why) => `invalid taint value ${shown}: ${why}`));
      if (seen.has(shown)) errors.push(`taint ${shown} already exists, taints must be unique`);
      seen.add(shown);
    }
    return aggregate(errors);
  },
};
