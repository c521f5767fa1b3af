import { objectAt, textAt } from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';

/** An amount as it stands, or 0. */
export function quantityText(value: Json | undefined): string {
  return value === undefined ? '0' : String(value);
}

/** What a volume or a claim is doing. */
export function phase(object: JsonObject): string {
  return textAt(object, 'metadata', 'deletionTimestamp') ? 'Terminating' : textAt(object, 'status', 'phase');
}

/** The class, by the annotation that was there before the field. */
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

/** Access modes in short: `RWO,ROX`. */
export function accessModes(modes: readonly string[]): string {
  return modeShortNames
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}
