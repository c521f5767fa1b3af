import { ClusterError } from '../../apimachinery/client.ts';
import { findCondition, isCurrent } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isNotFound } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { fleetKey, memberNamespace } from '../kinds/fleet.ts';
import { bindingKey, parentKey, parentNamespaceLabel } from '../kinds/fleet-names.ts';
import type { Binding, ManifestCondition, Placement, Work } from '../kinds/placement.ts';
import { inBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { ServedKinds } from '../shared/discovery.ts';

export interface BackReporterContext extends ClusterContext {
  readonly works: Informer<Work>;
  /** Placements and bindings of the hub, and of namespaces. */
  readonly ofHub: PlacementsAndBindings;
  readonly ofNamespaces: PlacementsAndBindings;
  /** What the hub serves. */
  readonly served: ServedKinds;
}

export interface PlacementsAndBindings {
  readonly placements: Informer<Placement>;
  readonly bindings: Informer<Binding>;
}

/** One pass over a Work: the objects that it was made of get the statuses that it brought back. */
export async function reportBack(key: string, context: BackReporterContext): Promise<undefined> {
  const work = context.works.get(key);
  const placement = work && placementOf(work, context);
  if (!work || !placement || work.metadata.deletionTimestamp || !goesToOriginals(placement)) return undefined;
  // What came out of an envelope does not stand on the hub.
  if (work.metadata.labels?.[fleetKey('envelope-work')]) return undefined;
  const applied = findCondition(work.status?.conditions, 'Applied');
  if (!isCurrent(applied, work.metadata.generation, 'True')) return undefined;
  const selected = new Set((placement.status?.selectedResources ?? []).map(nameOf));
  const reported = (work.status?.manifestConditions ?? []).filter(
    ({ identifier, backReportedStatus }) =>
      backReportedStatus && selected.has(nameOf(identifier)) && isWithin(placement, identifier),
  );
  await inBatches(reported, (manifest) => writeBack(manifest, context));
  return undefined;
}

/**
 * The placement that a Work is of, by the binding that it was made for: a member writes Works of its own, and what their
 * labels say is its word alone.
 */
function placementOf(work: Work, { ofHub, ofNamespaces }: BackReporterContext): Placement | undefined {
  const { metadata } = work;
  const { placements, bindings } = metadata.labels?.[parentNamespaceLabel] ? ofNamespaces : ofHub;
  const binding = bindings.get(bindingKey(work) ?? '');
  if (!binding || metadata.namespace !== memberNamespace(binding.spec.targetCluster)) return undefined;
  return placements.get(parentKey(binding) ?? '');
}

/** A placement in a namespace has its objects there. */
function isWithin({ metadata: { namespace } }: Placement, identifier: Named): boolean {
  return namespace === undefined || identifier.namespace === namespace;
}

/** An object has one status: only that of a single cluster can be it. */
function goesToOriginals({ spec: { strategy, policy } }: Placement): boolean {
  const { type, destination } = strategy?.reportBackStrategy ?? {};
  if (type !== 'Mirror' || destination !== 'OriginalResource') return false;
  if (policy?.placementType === 'PickFixed') return policy.clusterNames?.length === 1;
  return policy?.placementType === 'PickN' && policy.numberOfClusters === 1;
}

interface Named {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

function nameOf({ group = '', version = '', kind = '', namespace = '', name = '' }: Named): string {
  return [group, version, kind, namespace, name].join('/');
}

/** What a hub keeps right by itself: a member's word on it, such as a namespace that ends there, would be wrong here. */
const keptByHub: ReadonlySet<string> = new Set([
  '/Namespace',
  '/ResourceQuota',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'certificates.k8s.io/CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/ServiceCIDR',
]);

async function writeBack(
  { identifier, backReportedStatus }: ManifestCondition,
  { client: { cluster }, served, log }: BackReporterContext,
): Promise<void> {
  const status = backReportedStatus?.observedStatus['status'];
  const { group = '', version = '', kind = '', name = '', namespace } = identifier;
  const apiVersion = group ? `${group}/${version}` : version;
  const found = await served.find(apiVersion, kind);
  if (!found) served.forget();
  if (!found || status === undefined || keptByHub.has(`${group}/${kind}`)) return;
  const exact = { ...found, version, apiVersion };
  try {
    const original = await cluster.get(exact, namespace ? { name, namespace } : { name });
    if (jsonEqual(original['status'], status)) return;
    await ignoringMissing(cluster.update(exact, { ...original, status }, { subresource: 'status' }));
  } catch (thrown) {
    if (isNotFound(thrown)) return;
    // Of another shape here than there, or without a status of its own: trying again would not help.
    if (!(thrown instanceof ClusterError) || (thrown.status !== 422 && thrown.status !== 405)) throw thrown;
    log.warn('a status of a member does not fit the object on the hub', { object: nameOf(identifier) });
  }
}
