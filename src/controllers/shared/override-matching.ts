import type { KubeObject } from '../../apimachinery/client.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import { isInForce, numberIn, overrideIndexLabel, parentOverrideLabel } from '../kinds/fleet-names.ts';
import type {
  Binding,
  NamespacedName,
  OverrideRule,
  OverrideSnapshot,
  ResourceSelector,
} from '../kinds/placement.ts';
import { contentOf, isEnvelope } from './envelopes.ts';

/** The overrides of one cluster, in the order in which they are applied, as a binding or an update run keeps them. */
export interface MatchedOverrides {
  readonly clusterResourceOverrideSnapshots: string[];
  readonly resourceOverrideSnapshots: NamespacedName[];
}

/** Override snapshots of a hub: ClusterResourceOverrideSnapshots and ResourceOverrideSnapshots. */
export interface OverrideSnapshots {
  readonly cluster: LatestSnapshots;
  readonly namespaced: LatestSnapshots;
}

/** Those that count as the latest, by namespace (none: `''`): an informer that `indexLatestSnapshots` was called for. */
interface LatestSnapshots {
  byIndex(index: string, namespace: string): readonly OverrideSnapshot[];
}

const byLatestIn = 'latest-in';

export function indexLatestSnapshots(informer: Informer<OverrideSnapshot>): void {
  informer.addIndex(byLatestIn, (snapshot) =>
    isInForce(snapshot) ? [snapshot.metadata.namespace ?? ''] : [],
  );
}

/** What a placement places: its name, its namespace when it is a ResourcePlacement, and the selected resources. */
export interface Placed {
  readonly placement: { readonly name: string; readonly namespace?: string | undefined };
  /** As they stand in the resource snapshots: envelopes whole. */
  readonly selected: Iterable<KubeObject>;
}

/** The overrides that are about something in a placement, whatever the cluster; `matchOverrides` asks about one. */
export interface OverrideCandidates {
  readonly cluster: readonly OverrideSnapshot[];
  readonly namespaced: readonly OverrideSnapshot[];
}

/**
 * Finds, once for all clusters of a placement, the latest snapshots that select what it places, envelopes opened,
 * and that are for every placement or for this one.
 */
export function overrideCandidates(
  { placement, selected }: Placed,
  snapshots: OverrideSnapshots,
): OverrideCandidates {
  const objects = [...selected];
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const latest = (all: readonly OverrideSnapshot[]) => newestOf(all).filter((each) => isFor(each, placement));
  const cluster = latest(snapshots.cluster.byIndex(byLatestIn, ''));
  const namespaced = latest(namespaces.flatMap((name) => snapshots.namespaced.byIndex(byLatestIn, name)));
  if (cluster.length === 0 && namespaced.length === 0) return { cluster, namespaced };
  const targets = targetsOf(objects);
  const selects = ({ metadata, spec }: OverrideSnapshot) => {
    const { clusterResourceSelectors = [], resourceSelectors = [] } = spec.overrideSpec;
    const selectors = metadata.namespace === undefined ? clusterResourceSelectors : resourceSelectors;
    return selectors.some((selector) => targets.has(selectorKey(selector, metadata.namespace)));
  };
  return {
    cluster: cluster.filter(selects).sort(inOrder),
    namespaced: namespaced.filter(selects).sort(inOrder),
  };
}

/** The candidates of which at least one rule is about this cluster. */
export function matchOverrides(
  { cluster, namespaced }: OverrideCandidates,
  member: Pick<MemberCluster, 'metadata'>,
): MatchedOverrides {
  const isAbout = ({ spec }: OverrideSnapshot) =>
    spec.overrideSpec.policy.overrideRules.some((rule) => isRuleFor(rule, member));
  return {
    clusterResourceOverrideSnapshots: cluster.filter(isAbout).map(({ metadata: { name = '' } }) => name),
    resourceOverrideSnapshots: namespaced
      .filter(isAbout)
      .map(({ metadata: { name = '', namespace = '' } }) => ({ name, namespace })),
  };
}

/** The overrides that a binding names. */
export function overridesIn({ spec }: Binding): MatchedOverrides {
  const { clusterResourceOverrideSnapshots = [], resourceOverrideSnapshots = [] } = spec;
  return { clusterResourceOverrideSnapshots, resourceOverrideSnapshots };
}

/** No selector means no cluster, a selector without terms every one. */
export function isRuleFor(
  { clusterSelector }: OverrideRule,
  { metadata }: Pick<MemberCluster, 'metadata'>,
): boolean {
  if (!clusterSelector) return false;
  const terms = clusterSelector.clusterSelectorTerms ?? [];
  return (
    terms.length === 0 || terms.some(({ labelSelector }) => matchesLabels(labelSelector, metadata.labels))
  );
}

/** What overrides of one object can name: the object itself, and for those in a namespace that namespace. */
export function targetKeys(object: KubeObject): { readonly byCluster: string; readonly byNamespace: string } {
  const { namespace } = object.metadata;
  const own = objectTarget(object);
  return namespace
    ? { byCluster: namespaceTarget(namespace), byNamespace: own }
    : { byCluster: own, byNamespace: '' };
}

/** The key under which a selector names its object, of the hub or of the override's own namespace. */
export function selectorKey(
  { group, version, kind, name = '' }: ResourceSelector,
  namespace: string | undefined,
): string {
  return target(group ? `${group}/${version}` : version, kind, namespace ?? '', name);
}

function targetsOf(selected: Iterable<KubeObject>): ReadonlySet<string> {
  const targets = new Set<string>();
  const add = (object: KubeObject) => {
    const { byCluster, byNamespace } = targetKeys(object);
    targets.add(byCluster);
    if (byNamespace) targets.add(byNamespace);
  };
  for (const object of selected) {
    if (!isEnvelope(object)) {
      add(object);
      continue;
    }
    // An envelope itself is never overridden; that it lies in a namespace is enough for the overrides of that one.
    if (object.metadata.namespace) targets.add(namespaceTarget(object.metadata.namespace));
    for (const content of contentOf(object)) add(content);
  }
  return targets;
}

function objectTarget({ apiVersion, kind, metadata }: KubeObject): string {
  return target(apiVersion, kind, metadata.namespace ?? '', metadata.name ?? '');
}

function namespaceTarget(name: string): string {
  return target('v1', 'Namespace', '', name);
}

function target(
  ...parts: readonly [apiVersion: string, kind: string, namespace: string, name: string]
): string {
  return parts.join('\0');
}

/** One snapshot of each override: of two that count as the latest, as while a newer one is made, the newer. */
function newestOf(snapshots: readonly OverrideSnapshot[]): readonly OverrideSnapshot[] {
  const latest = new Map<string, OverrideSnapshot>();
  for (const snapshot of snapshots) {
    const { labels, name, namespace = '' } = snapshot.metadata;
    if (!isInForce(snapshot)) continue;
    const key = `${namespace}/${labels?.[parentOverrideLabel] ?? name}`;
    const known = latest.get(key);
    if (!known || indexOf(snapshot) > indexOf(known)) latest.set(key, snapshot);
  }
  return [...latest.values()];
}

function indexOf({ metadata }: OverrideSnapshot): number {
  return numberIn(metadata.labels?.[overrideIndexLabel]) ?? -1;
}

/** An override may name the one placement that it is for. */
function isFor({ spec, metadata }: OverrideSnapshot, placement: Placed['placement']): boolean {
  const named = spec.overrideSpec.placement;
  if (!named) return true;
  if (named.name !== placement.name) return false;
  return (placement.namespace ?? '') === (named.scope === 'Namespaced' ? (metadata.namespace ?? '') : '');
}

function inOrder(a: OverrideSnapshot, b: OverrideSnapshot): number {
  const key = ({ metadata }: OverrideSnapshot) => [metadata.namespace ?? '', metadata.name ?? ''] as const;
  const [aSpace, aName] = key(a);
  const [bSpace, bName] = key(b);
  return compare(aSpace, bSpace) || compare(aName, bName);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
