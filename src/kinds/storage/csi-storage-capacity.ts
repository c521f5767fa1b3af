import { objectAt, textAt } from '../../apimachinery/read.ts';
import { invalidEach } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsSubdomain } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { nodeLabelAdvice, nodeTermWarnings } from '../shared/node-label-warnings.ts';

export const csiStorageCapacity: BuiltInKind = {
  group: 'storage.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'csistoragecapacities',
  kind: 'CSIStorageCapacity',
  scope: 'Namespaced',
  quirks: { updateDemandsVersion: true },
  validate(object) {
    const name = textAt(object, 'storageClassName');
    return invalidEach('storageClassName', name, dnsSubdomain(name));
  },
  validateUpdate: (object, old) => [
    ...validateImmutable(object, old, 'nodeTopology', 'nodeTopology'),
    ...validateImmutable(object, old, 'storageClassName', 'storageClassName'),
  ],
  warnings: storageCapacityWarnings,
};

function storageCapacityWarnings(capacity: JsonObject): string[] {
  const selector = objectAt(capacity, 'nodeTopology');
  const labels = Object.keys(objectAt(selector, 'matchLabels')).flatMap((label) => {
    const advice = nodeLabelAdvice(label);
    return advice === undefined ? [] : [`nodeTopology.matchLabels.${label}: ${advice}`];
  });
  return [...nodeTermWarnings(selector, 'nodeTopology', false), ...labels];
}
