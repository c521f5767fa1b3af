import { type AdmissionStep, subjectOf, type Write, writesOf } from '../../apimachinery/admission.ts';
import { containersIn, placedContainers } from '../../apimachinery/containers.ts';
import { maybeObjectAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, StatusError } from '../../apimachinery/status.ts';
import { aggregated } from '../../apimachinery/validation/go-text.ts';
import type { JsonObject } from '../../base/index.ts';

/** Whoever starts a pod may pull its images: they are pulled each time, by the pod's own rights. */
export const alwaysPullImages: AdmissionStep = {
  name: 'AlwaysPullImages',
  concerns: writesOf(['/pods'], 'CREATE', 'UPDATE'),
  mutate(write) {
    if (hasNoNewImages(write)) return;
    for (const { holder, member } of policiesOf(write.object ?? {})) holder[member] = 'Always';
  },
  validate(write) {
    if (hasNoNewImages(write)) return;
    const wrong = policiesOf(write.object ?? {}).filter(({ holder, member }) => holder[member] !== 'Always');
    const all = wrong.map(({ holder, member, path }) => {
      const why = `${path}: Unsupported value: ${JSON.stringify(textAt(holder, member))}: supported values: "Always"`;
      return forbidden(subjectOf(write), why).message;
    });
    if (all.length > 0) throw new StatusError(500, '', aggregated(all));
  },
};

interface PullPolicy {
  readonly holder: JsonObject;
  readonly member: string;
  readonly path: string;
}

function policiesOf(pod: JsonObject): PullPolicy[] {
  const ofContainers = placedContainers(objectAt(pod, 'spec'), 'spec').map(({ container, path }) => {
    const member = 'imagePullPolicy';
    return { holder: container, member, path: `${path}.${member}` };
  });
  const ofVolumes = objectsAt(pod, 'spec', 'volumes').flatMap((volume, position) => {
    const holder = maybeObjectAt(volume, 'image');
    return holder
      ? [{ holder, member: 'pullPolicy', path: `spec.volumes[${position}].image.pullPolicy` }]
      : [];
  });
  return [...ofContainers, ...ofVolumes];
}

function hasNoNewImages({ object, old }: Write): boolean {
  if (!object || !old) return false;
  const images = (pod: JsonObject) =>
    containersIn(objectAt(pod, 'spec')).map((each) => textAt(each, 'image'));
  const before = images(old);
  return images(object).every((image) => before.includes(image));
}
