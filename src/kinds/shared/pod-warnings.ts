import { type PlacedContainer, placedContainers } from '../../apimachinery/containers.ts';
import { at, maybeObjectAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { ipWarnings } from '../../apimachinery/validation/addresses.ts';
import { child, index, key } from '../../apimachinery/validation/errors.ts';
import { dnsLabel } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import { containerWarnings, fractionWarnings, portWarnings } from './container-warnings.ts';
import { nodeAffinityWarnings, nodeLabelAdvice, nodeSelectorWarnings } from './node-label-warnings.ts';
import { volumeWarnings } from './volume-warnings.ts';

/** What a template of pods says that comes to nothing or is on its way out. `path` is '' for a pod itself. */
export function podWarnings(pod: JsonObject, path: string): string[] {
  const spec = objectAt(pod, 'spec');
  const here = child(path, 'spec');
  const containers = placedContainers(spec, here);
  const isAnnotated = at(pod, 'metadata', 'annotations') !== undefined;
  // Every pod that is made passes here, and most have little of this: what is absent is not looked into.
  const of = (member: string, warnings: () => string[]) => (spec[member] === undefined ? [] : warnings());
  return [
    ...(path === '' && isAnnotated ? appArmorWarnings(pod, containers) : []),
    ...of('nodeSelector', () =>
      nodeSelectorWarnings(objectAt(spec, 'nodeSelector'), child(here, 'nodeSelector')),
    ),
    ...of('affinity', () => nodeAffinityWarnings(spec, here)),
    ...of('topologySpreadConstraints', () => spreadWarnings(spec, child(here, 'topologySpreadConstraints'))),
    ...(isAnnotated ? annotationWarnings(pod, child(path, 'metadata.annotations')) : []),
    ...of('volumes', () => volumeWarnings(spec, child(here, 'volumes'))),
    ...of('hostAliases', () => repeated(spec, { list: 'hostAliases', member: 'ip', path: here })),
    ...of('imagePullSecrets', () => [
      ...repeated(spec, { list: 'imagePullSecrets', member: 'name', path: here }),
      ...unnamedSecrets(spec, child(here, 'imagePullSecrets')),
    ]),
    ...of('overhead', () => fractionWarnings(objectAt(spec, 'overhead'), child(here, 'overhead'))),
    ...(isAnnotated ? profileWarnings(pod, containers, child(path, 'metadata.annotations')) : []),
    ...containers.flatMap(containerWarnings),
    ...portWarnings(containers),
    ...graceWarnings(spec, child(here, 'terminationGracePeriodSeconds')),
    ...of('affinity', () => selectorlessTerms(spec, here)),
    ...of('dnsConfig', () =>
      textsAt(spec, 'dnsConfig', 'nameservers').flatMap((ip, i) =>
        ipWarnings(index(child(here, 'dnsConfig.nameservers'), i), ip),
      ),
    ),
    ...of('hostAliases', () =>
      objectsAt(spec, 'hostAliases').flatMap((alias, i) =>
        ipWarnings(child(index(child(here, 'hostAliases'), i), 'ip'), textAt(alias, 'ip')),
      ),
    ),
  ];
}

/** A name that is no label makes host names that nobody resolves. */
export function nameWarnings(
  object: JsonObject,
  of: "the Pod's hostname" | 'Pod names and hostnames',
): string[] {
  const problems = dnsLabel(textAt(object, 'metadata', 'name'));
  if (problems.length === 0) return [];
  const why = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${of}, ${why}: [${problems.join(' ')}]`];
}

function spreadWarnings(spec: JsonObject, path: string): string[] {
  return objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, i) => {
    const here = index(path, i);
    const topology = textAt(constraint, 'topologyKey');
    const advice = nodeLabelAdvice(topology);
    const warnings = advice === undefined ? [] : [`${child(here, 'topologyKey')}: ${topology} is ${advice}`];
    if (constraint['labelSelector'] === undefined) warnings.push(matchesNothing(here));
    return warnings;
  });
}

function matchesNothing(path: string): string {
  return `${child(path, 'labelSelector')}: a null labelSelector results in matching no pod`;
}

const annotations: ReadonlyMap<string, string> = new Map([
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
]);

function annotationWarnings(pod: JsonObject, path: string): string[] {
  return [...annotations].flatMap(([name, advice]) =>
    at(pod, 'metadata', 'annotations', name) === undefined ? [] : [`${key(path, name)}: ${advice}`],
  );
}

const seccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmor = 'container.apparmor.security.beta.kubernetes.io/';

const appArmorAdvice = 'deprecated since v1.30; use the "appArmorProfile" field instead';

/** Of a pod the annotation has become a field by now. */
function appArmorWarnings(pod: JsonObject, containers: readonly PlacedContainer[]): string[] {
  return containers.flatMap(({ container }) => {
    const name = `${appArmor}${textAt(container, 'name')}`;
    if (at(pod, 'metadata', 'annotations', name) === undefined) return [];
    return [`${key('metadata.annotations', name)}: ${appArmorAdvice}`];
  });
}

/** Annotations that fields have taken the place of. */
function profileWarnings(pod: JsonObject, containers: readonly PlacedContainer[], path: string): string[] {
  const has = (name: string) => at(pod, 'metadata', 'annotations', name) !== undefined;
  const seccompAdvice = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  const warnings: string[] = [];
  const profile = (of: JsonObject, member: string) => at(of, 'securityContext', member);
  if (has(seccomp) && profile(objectAt(pod, 'spec'), 'seccompProfile') === undefined) {
    warnings.push(`${key(path, seccomp)}: ${seccompAdvice}`);
  }
  for (const { container } of containers) {
    const name = textAt(container, 'name');
    if (has(containerSeccomp + name) && profile(container, 'seccompProfile') === undefined) {
      warnings.push(`${key(path, containerSeccomp + name)}: ${seccompAdvice}`);
    }
    const isTemplate = path !== 'metadata.annotations';
    if (isTemplate && has(appArmor + name) && profile(container, 'appArmorProfile') === undefined) {
      warnings.push(`${key(path, appArmor + name)}: ${appArmorAdvice}`);
    }
  }
  return warnings;
}

function repeated(
  spec: JsonObject,
  { list, member, path }: { list: string; member: string; path: string },
): string[] {
  const seen = new Set<string>();
  return objectsAt(spec, list).flatMap((item, i) => {
    const value = textAt(item, member);
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [`${child(index(child(path, list), i), member)}: duplicate ${member} "${value}"`];
  });
}

function unnamedSecrets(spec: JsonObject, path: string): string[] {
  return objectsAt(spec, 'imagePullSecrets').flatMap((secret, i) =>
    textAt(secret, 'name') === '' ? [`${child(index(path, i), 'name')}: invalid empty name ""`] : [],
  );
}

function graceWarnings(spec: JsonObject, path: string): string[] {
  const seconds = spec['terminationGracePeriodSeconds'];
  if (typeof seconds !== 'number' || seconds >= 0) return [];
  return [`${path}: must be >= 0; negative values are invalid and will be treated as 1`];
}

function selectorlessTerms(spec: JsonObject, path: string): string[] {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  return ['podAffinity', 'podAntiAffinity'].flatMap((side) => {
    const affinity = maybeObjectAt(spec, 'affinity', side);
    const here = child(path, `affinity.${side}`);
    return [
      ...objectsAt(affinity, required).flatMap((term, i) =>
        term['labelSelector'] === undefined ? [matchesNothing(index(child(here, required), i))] : [],
      ),
      ...objectsAt(affinity, preferred).flatMap((term, i) =>
        at(term, 'podAffinityTerm', 'labelSelector') === undefined
          ? [matchesNothing(child(index(child(here, preferred), i), 'podAffinityTerm'))]
          : [],
      ),
    ];
  });
}
