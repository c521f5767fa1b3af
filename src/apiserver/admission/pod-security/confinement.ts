import { at, objectAt, textAt } from '../../../apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import {
  badSetters,
  type Check,
  containersOf,
  distinct,
  namedContainers,
  type PodLike,
  plural,
  quoted,
  type Rule,
  unlessWindows,
  valuesSet,
} from './check.ts';

const profileTypes: readonly Json[] = ['RuntimeDefault', 'Localhost'];
const isOtherProfile = (profile: Json) => isObject(profile) && !profileTypes.includes(profile['type'] ?? '');
const otherTypes = (pod: PodLike, profile: string) =>
  valuesSet(pod, profile, 'type').filter((type) => !profileTypes.includes(type));

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

/** Annotations as messages show them, in order. */
function annotationsThat(pod: PodLike, isBad: (name: string, value: string) => boolean): string[] {
  return Object.entries(pod.annotations)
    .flatMap(([name, value]) =>
      typeof value === 'string' && isBad(name, value) ? [`${name}=${JSON.stringify(value)}`] : [],
    )
    .sort();
}

export const appArmorProfile: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      (pod) => {
        const annotations = annotationsThat(
          pod,
          (name, value) =>
            name.startsWith(appArmorPrefix) &&
            value !== '' &&
            value !== 'runtime/default' &&
            !value.startsWith('localhost/'),
        );
        const setters = badSetters(pod, ['appArmorProfile'], isOtherProfile);
        const bad = [setters, annotations.length > 0 ? plural('annotation', annotations.length) : '']
          .filter((text) => text !== '')
          .join(' and ');
        if (bad === '') return undefined;
        const values = [...otherTypes(pod, 'appArmorProfile'), ...annotations];
        return {
          reason: plural('forbidden AppArmor profile', values.length),
          detail: `${bad} must not set AppArmor profile type to ${quoted(values)}`,
        };
      },
    ],
  ],
};

export const procMount: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      (pod) => {
        const mount = (container: JsonObject) => at(container, 'securityContext', 'procMount');
        const bad = containersOf(pod).filter((each) => (mount(each) ?? 'Default') !== 'Default');
        if (bad.length === 0) return undefined;
        const types = distinct(bad.map((each) => textAt(each, 'securityContext', 'procMount')));
        const detail = `${namedContainers(bad)} must not set securityContext.procMount to ${quoted(types)}`;
        return { reason: 'procMount', detail };
      },
    ],
  ],
};

function seLinuxWith(types: readonly string[]): Rule {
  return (pod) => {
    const options = (value: Json) => (isObject(value) ? value : {});
    const isOther = (value: Json) => !types.includes(textAt(options(value), 'type'));
    const sets = (value: Json, member: string) => textAt(options(value), member) !== '';
    const setters = badSetters(
      pod,
      ['seLinuxOptions'],
      (value) => isOther(value) || sets(value, 'user') || sets(value, 'role'),
    );
    if (setters === '') return undefined;
    const badTypes = valuesSet(pod, 'seLinuxOptions', 'type').filter((type) => !types.includes(type));
    const whats = [
      badTypes.length > 0 ? `${plural('type', badTypes.length)} ${quoted(badTypes)}` : '',
      badSetters(pod, ['seLinuxOptions'], (value) => sets(value, 'user')) === '' ? '' : 'user may not be set',
      badSetters(pod, ['seLinuxOptions'], (value) => sets(value, 'role')) === '' ? '' : 'role may not be set',
    ].filter((text) => text !== '');
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${whats.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

export const seLinuxOptions: Check = {
  level: 'baseline',
  rules: [
    [0, seLinuxWith(seLinuxTypes)],
    [31, seLinuxWith([...seLinuxTypes, 'container_engine_t'])],
  ],
};

const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';

const seccompAnnotations: Rule = (pod) => {
  const containers = new Set(containersOf(pod).map((each) => seccompPrefix + textAt(each, 'name')));
  const bad = annotationsThat(
    pod,
    (name, value) =>
      (name === seccompPod || containers.has(name)) &&
      value !== 'runtime/default' &&
      value !== 'docker/default' &&
      !value.startsWith('localhost/'),
  );
  if (bad.length === 0) return undefined;
  const detail = `forbidden ${plural('annotation', bad.length)} ${bad.join(', ')}`;
  return { reason: 'seccompProfile', detail };
};

const seccompTypes: Rule = (pod) => {
  const bad = badSetters(pod, ['seccompProfile'], isOtherProfile);
  if (bad === '') return undefined;
  const types = quoted(otherTypes(pod, 'seccompProfile'));
  return {
    reason: 'seccompProfile',
    detail: `${bad} must not set securityContext.seccompProfile.type to ${types}`,
  };
};

export const seccompProfile: Check = {
  level: 'baseline',
  rules: [
    [0, seccompAnnotations],
    [19, seccompTypes],
  ],
};

const someSeccomp: Rule = (pod) => {
  const bad = seccompTypes(pod);
  if (bad) return bad;
  if (profileTypes.includes(objectAt(pod.spec, 'securityContext', 'seccompProfile')['type'] ?? ''))
    return undefined;
  const silent = containersOf(pod).filter(
    (each) => at(each, 'securityContext', 'seccompProfile') === undefined,
  );
  if (silent.length === 0) return undefined;
  const detail = `pod or ${namedContainers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

export const requiredSeccompProfile: Check = {
  level: 'restricted',
  rules: [
    [19, someSeccomp],
    [25, unlessWindows(someSeccomp)],
  ],
  instead: seccompProfile,
};
