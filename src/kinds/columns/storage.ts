import { at, maybeObjectAt, nameOf, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, unset } from './texts.ts';

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
