import { quantityOf } from '../quantity.ts';
import { countedClaims } from './claims.ts';
import type { Counted } from './counted.ts';
import { countedDevices } from './devices.ts';
import { countedPods } from './pods.ts';
import { countedServices } from './services.ts';

/** A resource, whatever its version. */
export interface KindName {
  readonly group: string;
  /** Lower-case plural. */
  readonly resource: string;
}

const special: ReadonlyMap<string, Counted> = new Map([
  ['pods', countedPods],
  ['services', countedServices],
  ['persistentvolumeclaims', countedClaims],
  ['resourceclaims.resource.k8s.io', countedDevices],
]);

/** Names from before `count/`. */
const oldNames = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** Kinds that quotas do not count: what nobody stores, and events. */
const uncounted = new Set([
  'bindings',
  'componentstatuses',
  'tokenreviews.authentication.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'events',
  'events.events.k8s.io',
]);

/** How objects of the kind count; undefined: they do not. */
export function countedAs(kind: KindName): Counted | undefined {
  const name = quotaName(kind);
  if (uncounted.has(name)) return undefined;
  return special.get(name) ?? countedOnce(name);
}

/** The kinds whose objects count for at least one of the names in a quota. */
export function kindsCountedFor(hard: readonly string[]): KindName[] {
  const names = new Set<string>();
  for (const [name, counted] of special) if (counted.names(hard).length > 0) names.add(name);
  for (const each of hard) {
    const name = each.startsWith('count/')
      ? each.slice('count/'.length)
      : oldNames.has(each)
        ? each
        : undefined;
    if (name !== undefined && !uncounted.has(name)) names.add(name);
  }
  return [...names].map((name) => {
    const dot = name.indexOf('.');
    return dot < 0
      ? { group: '', resource: name }
      : { group: name.slice(dot + 1), resource: name.slice(0, dot) };
  });
}

/** `deployments.apps`; of the core group `pods`. */
function quotaName({ group, resource }: KindName): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** Each object counts as one. */
function countedOnce(name: string): Counted {
  const own = [`count/${name}`, ...(oldNames.has(name) ? [name] : [])];
  const usage = new Map(own.map((each) => [each, quantityOf(1, 'decimal')]));
  return {
    names: (hard) => hard.filter((each) => usage.has(each)),
    concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === '',
    usage: () => usage,
  };
}
