import { at, flagAt, nameOf, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { notSupported } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none, unset } from '../shared/cells.ts';

export const csiDriver: BuiltInKind = {
  group: 'storage.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'csidrivers',
  kind: 'CSIDriver',
  scope: 'Cluster',
  columns: {
    definitions: [
      'Name|string|name|0',
      'AttachRequired|boolean||0',
      'PodInfoOnMount|boolean||0',
      'StorageCapacity|boolean||0',
      'TokenRequests',
      'RequiresRepublish|boolean||0',
      'Modes',
      'Age',
    ],
    cells(object) {
      const requests = at(object, 'spec', 'tokenRequests');
      return [
        nameOf(object),
        at(object, 'spec', 'attachRequired') !== false,
        flagAt(object, 'spec', 'podInfoOnMount'),
        flagAt(object, 'spec', 'storageCapacity'),
        Array.isArray(requests)
          ? objectsAt(requests)
              .map((request) => textAt(request, 'audience'))
              .join(',')
          : unset,
        flagAt(object, 'spec', 'requiresRepublish'),
        textsAt(object, 'spec', 'volumeLifecycleModes').join(',') || none,
        ageOf(object),
      ];
    },
  },
  quirks: { updateDemandsVersion: true },
  deletion: { answersWithObject: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const modes = textsAt(spec, 'volumeLifecycleModes')
      .filter((mode) => mode !== 'Persistent' && mode !== 'Ephemeral')
      .map((mode) => notSupported('spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent']));
    const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
    return [...modes, ...validateOptionalChoice(spec, 'spec', 'fsGroupPolicy', policies)];
  },
  validateUpdate(object, old) {
    const spec = objectAt(object, 'spec');
    const before = objectAt(old, 'spec');
    return [
      ...validateImmutable(spec, before, 'spec.attachedRequired', 'attachRequired'),
      ...validateImmutable(spec, before, 'spec.volumeLifecycleModes', 'volumeLifecycleModes'),
    ];
  },
};
