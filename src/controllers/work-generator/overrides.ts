import type { KubeObject } from '../../apimachinery/client.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { isObject } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import { parentLabel } from '../kinds/fleet-names.ts';
import type {
  Binding,
  Override,
  OverrideRule,
  ResourceSelector,
  ResourceSnapshot,
} from '../kinds/placement.ts';
import { isEnvelope } from '../placement/snapshots.ts';

/** The overrides of a hub. */
export interface Overrides {
  readonly cluster: Pick<Informer<Override>, 'list'>;
  readonly namespaced: Pick<Informer<Override>, 'list'>;
}

/** Keys of the overrides that would change what this binding brings to its member, e.g. `demo/ro-1`. */
export function overridesOf(
  binding: Binding,
  group: readonly ResourceSnapshot[],
  { overrides, member }: { readonly overrides: Overrides; readonly member: MemberCluster },
): readonly string[] {
  const all = [...overrides.cluster.list(), ...overrides.namespaced.list()];
  const candidates = all.filter(
    (each) => isFor(each, binding) && each.spec.policy.overrideRules.some((rule) => isAbout(rule, member)),
  );
  if (candidates.length === 0) return [];
  const objects = group.flatMap(({ spec }) => spec.selectedResources.flatMap(withContent));
  return candidates
    .filter((each) => objects.some((object) => selects(each, object)))
    .map(objectKey)
    .sort();
}

/** An override may name the one placement that it is for. */
function isFor({ spec, metadata }: Override, binding: Binding): boolean {
  if (!spec.placement) return true;
  const { name, scope = 'Cluster' } = spec.placement;
  if (name !== binding.metadata.labels?.[parentLabel]) return false;
  return binding.metadata.namespace === (scope === 'Namespaced' ? metadata.namespace : undefined);
}

/** No selector means no cluster, a selector without terms every one. */
function isAbout({ clusterSelector }: OverrideRule, { metadata }: MemberCluster): boolean {
  if (!clusterSelector) return false;
  const terms = clusterSelector.clusterSelectorTerms ?? [];
  return (
    terms.length === 0 || terms.some(({ labelSelector }) => matchesLabels(labelSelector, metadata.labels))
  );
}

function withContent(object: KubeObject): readonly KubeObject[] {
  if (!isEnvelope(object)) return [object];
  const data = isObject(object['data']) ? Object.values(object['data']) : [];
  // Raw JSON in an envelope: whether it is an object of Kubernetes is judged where it is unwrapped.
  return data.filter((value) => isObject(value) && isObject(value['metadata'])) as unknown as KubeObject[];
}

function selects({ spec, metadata }: Override, object: KubeObject): boolean {
  const { namespace } = object.metadata;
  if (metadata.namespace !== undefined) {
    return (
      namespace === metadata.namespace && (spec.resourceSelectors ?? []).some((each) => isOf(each, object))
    );
  }
  return (spec.clusterResourceSelectors ?? []).some((each) =>
    // A selected namespace stands for everything in it.
    namespace === undefined
      ? isOf(each, object)
      : each.group === '' && each.kind === 'Namespace' && each.name === namespace,
  );
}

function isOf({ group, version, kind, name }: ResourceSelector, object: KubeObject): boolean {
  const apiVersion = group ? `${group}/${version}` : version;
  return object.apiVersion === apiVersion && object.kind === kind && object.metadata.name === name;
}
