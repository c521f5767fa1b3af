import {
  at,
  flagAt,
  listAt,
  maybeObjectAt,
  nameOf,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, none, unset } from './texts.ts';

export const volumeCells: Cells = (object) => {
  const claim = maybeObjectAt(object, 'spec', 'claimRef');
  return [
    nameOf(object),
    quantityText(at(object, 'spec', 'capacity', 'storage')),
    accessModes(textsAt(object, 'spec', 'accessModes')),
    textAt(object, 'spec', 'persistentVolumeReclaimPolicy'),
    phase(object),
    claim ? `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}` : '',
    storageClass(object),
    textAt(object, 'spec', 'volumeAttributesClassName') || unset,
    textAt(object, 'status', 'reason'),
    ageOf(object),
    textAt(object, 'spec', 'volumeMode') || unset,
  ];
};

export const volumeClaimCells: Cells = (object) => {
  const bound = textAt(object, 'spec', 'volumeName') !== '';
  return [
    nameOf(object),
    phase(object),
    textAt(object, 'spec', 'volumeName'),
    bound ? quantityText(at(object, 'status', 'capacity', 'storage')) : '',
    bound ? accessModes(textsAt(object, 'status', 'accessModes')) : '',
    storageClass(object),
    textAt(object, 'spec', 'volumeAttributesClassName') || unset,
    ageOf(object),
    textAt(object, 'spec', 'volumeMode') || unset,
  ];
};

export const storageClassCells: Cells = (object) => [
  isDefaultClass(object) ? `${nameOf(object)} (default)` : nameOf(object),
  textAt(object, 'provisioner'),
  textAt(object, 'reclaimPolicy') || 'Delete',
  textAt(object, 'volumeBindingMode') || 'Immediate',
  flagAt(object, 'allowVolumeExpansion'),
  ageOf(object),
];

export const volumeAttributesClassCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'driverName'),
  ageOf(object),
];

export const volumeAttachmentCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'spec', 'attacher'),
  textAt(object, 'spec', 'source', 'persistentVolumeName'),
  textAt(object, 'spec', 'nodeName'),
  flagAt(object, 'status', 'attached'),
  ageOf(object),
];

export const csiNodeCells: Cells = (object) => [
  nameOf(object),
  listAt(object, 'spec', 'drivers').length,
  ageOf(object),
];

export const csiDriverCells: Cells = (object) => {
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
};

function quantityText(value: Json | undefined): string {
  return value === undefined ? '0' : String(value);
}

function phase(object: JsonObject): string {
  return textAt(object, 'metadata', 'deletionTimestamp') ? 'Terminating' : textAt(object, 'status', 'phase');
}

function storageClass(object: JsonObject): string {
  const annotations = objectAt(object, 'metadata', 'annotations');
  const legacy = annotations['volume.beta.kubernetes.io/storage-class'];
  return typeof legacy === 'string' ? legacy : textAt(object, 'spec', 'storageClassName');
}

function isDefaultClass(object: JsonObject): boolean {
  const annotations = objectAt(object, 'metadata', 'annotations');
  return (
    annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    annotations['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
  );
}

const modeShortNames = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

function accessModes(modes: readonly string[]): string {
  return modeShortNames
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}
