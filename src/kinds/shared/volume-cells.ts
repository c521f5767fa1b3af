import { objectAt, textAt } from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';

export function quantityText(value: Json | undefined): string {
  return value === undefined ? '0' : String(value);
}

export function phase(object: JsonObject): string {
  return textAt(object, 'metadata', 'deletionTimestamp') ? 'Terminating' : textAt(object, 'status', 'phase');
}

export function storageClass(object: JsonObject): string {
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

export function accessModes(modes: readonly string[]): string {
  return modeShortNames
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}
