import { containersIn, placedContainers } from '../../apimachinery/containers.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { objectAt, textAt } from '../../apimachinery/read.ts';
import { child, forbidden, invalid, key } from '../../apimachinery/validation/errors.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import type { JsonObject } from '../../base/index.ts';
import { validateDescendingPath } from './volumes.ts';

/** Annotations that say what fields say since: of the AppArmor profile of a container, by its name. */
export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
/** Of pods that the node made of a file, which the API server only mirrors. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const podSeccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io/';

/** Annotations of a pod or a template that are more than notes. */
export function validatePodAnnotations(
  annotations: JsonObject,
  spec: JsonObject,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && textAt(spec, 'nodeName') === '') {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(key(path, mirrorAnnotation), mirror, detail));
  }
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isInt32(cost))
    errors.push(invalid(key(path, deletionCost), cost, 'must be a 32bit integer'));
  const names = Object.keys(annotations).sort();
  for (const name of names.filter((each) => each === podSeccomp || each.startsWith(containerSeccomp)))
    errors.push(...validateSeccompText(textAt(annotations, name), child(path, name)));
  for (const name of names.filter((each) => each.startsWith(appArmorPrefix)))
    errors.push(...validateAppArmorText(name, textAt(annotations, name), { spec, path: key(path, name) }));
  return errors;
}

const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };

function isInt32(value: unknown): boolean {
  if (typeof value !== 'string' || !/^(?:0|[1-9]\d{0,9}|-\d{1,10})$/.test(value)) return false;
  return Number(value) >= int32.least && Number(value) <= int32.most;
}

const seccompTexts = ['runtime/default', 'docker/default', 'unconfined'];

function validateSeccompText(profile: string, path: string): FieldError[] {
  if (seccompTexts.includes(profile)) return [];
  if (profile.startsWith('localhost/'))
    return validateDescendingPath(profile.slice('localhost/'.length), path);
  return [invalid(path, profile, 'must be a valid seccomp profile')];
}

function validateAppArmorText(
  name: string,
  profile: string,
  { spec, path }: { readonly spec: JsonObject; readonly path: string },
): FieldError[] {
  const container = name.slice(appArmorPrefix.length);
  const errors = containersIn(spec).some((each) => textAt(each, 'name') === container)
    ? []
    : [invalid(path, container, 'container not found')];
  const isKnown = ['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith('localhost/');
  return isKnown
    ? errors
    : [...errors, invalid(path, profile, `invalid AppArmor profile name: ${goQuote(profile)}`)];
}

/** Of a pod that is there: what it is confined by and whether it is a mirror stays. */
export function validatePodAnnotationChange(pod: JsonObject, old: JsonObject): FieldError[] {
  const path = 'metadata.annotations';
  const [now, before] = [pod, old].map((each) => objectAt(each, 'metadata', 'annotations'));
  if (!now || !before) return [];
  const errors: FieldError[] = [];
  for (const name of Object.keys(before).sort()) {
    const what = now[name] === before[name] ? undefined : fixed(name);
    if (what !== undefined) errors.push(forbidden(key(path, name), `may not remove or update ${what}`));
  }
  for (const name of Object.keys(now).sort()) {
    const what = Object.hasOwn(before, name) ? undefined : fixed(name);
    if (what !== undefined) errors.push(forbidden(key(path, name), `may not add ${what}`));
  }
  return [...errors, ...validatePodAnnotations(now, objectAt(pod, 'spec'), path)];
}

/** What refusals call an annotation that stays as it is; undefined for others. */
function fixed(name: string): string | undefined {
  if (name.startsWith(appArmorPrefix)) return 'AppArmor annotations';
  return name === mirrorAnnotation ? 'mirror pod annotation' : undefined;
}

/** Where an annotation and the field in its place both name a seccomp profile it is the same. */
export function validateSameSeccomp(metadata: JsonObject, spec: JsonObject, path: string): FieldError[] {
  const annotations = objectAt(metadata, 'annotations');
  const judge = (name: string, part: JsonObject, here: string): FieldError[] => {
    const written = annotations[name];
    const profile = objectAt(part, 'securityContext', 'seccompProfile');
    if (typeof written !== 'string' || textAt(profile, 'type') === '') return [];
    const member = seccompMismatch(written, profile);
    if (member === undefined) return [];
    const what = member === 'type' ? 'type' : 'profile';
    const detail = `seccomp ${what} in annotation and field must match`;
    return [forbidden(child(child(here, 'securityContext.seccompProfile'), member), detail)];
  };
  return [
    ...judge(podSeccomp, spec, path),
    ...placedContainers(spec, path).flatMap(({ container, path: here }) =>
      judge(`${containerSeccomp}${textAt(container, 'name')}`, container, here),
    ),
  ];
}

function seccompMismatch(written: string, profile: JsonObject): 'type' | 'localhostProfile' | undefined {
  switch (textAt(profile, 'type')) {
    case 'Unconfined':
      return written === 'unconfined' ? undefined : 'type';
    case 'RuntimeDefault':
      return written === 'runtime/default' || written === 'docker/default' ? undefined : 'type';
    case 'Localhost':
      if (!written.startsWith('localhost/')) return 'type';
      return written === `localhost/${textAt(profile, 'localhostProfile')}` ? undefined : 'localhostProfile';
    default:
      return undefined;
  }
}
