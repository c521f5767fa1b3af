import { objectsAt, textAt } from '../../../apimachinery/read.ts';
import type { JsonObject } from '../../../base/index.ts';
import { type Check, distinct, plural, quoted } from './check.ts';
import { hostPathVolumes } from './host.ts';

const allowed = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** The source that a volume of another kind has. */
function sourceOf(volume: JsonObject): string {
  return Object.keys(volume).find((member) => member !== 'name') ?? 'unknown';
}

export const restrictedVolumes: Check = {
  level: 'restricted',
  rules: [
    [
      0,
      ({ spec }) => {
        const bad = objectsAt(spec, 'volumes').filter(
          (volume) => !allowed.some((source) => volume[source] !== undefined),
        );
        if (bad.length === 0) return undefined;
        const names = quoted(bad.map((volume) => textAt(volume, 'name')));
        const types = distinct(bad.map(sourceOf));
        const use = bad.length === 1 ? 'uses' : 'use';
        const what = plural('restricted volume type', types.length);
        const detail = `${plural('volume', bad.length)} ${names} ${use} ${what} ${quoted(types)}`;
        return { reason: 'restricted volume types', detail };
      },
    ],
  ],
  instead: hostPathVolumes,
};
