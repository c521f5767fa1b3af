import { parseAmount } from '../../apimachinery/quantity.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import type { ClusterSelectorTerm, PlacementPolicy, PropertyRequirement } from '../kinds/placement.ts';

const resourcePrefix = 'resources.kubernetes-fleet.io/';

/** The value of a property of a member; resources are read from its usage. Undefined when it has none. */
export function propertyOf(member: MemberCluster, name: string): number | undefined {
  if (!name.startsWith(resourcePrefix)) {
    const value = member.status?.properties?.[name]?.value;
    return value === undefined ? undefined : parseAmount(value);
  }
  const [capacity = '', resource = '', ...rest] = name.slice(resourcePrefix.length).split('-');
  if (rest.length > 0) return undefined;
  const { capacity: total, allocatable, available } = member.status?.resourceUsage ?? {};
  const amounts = { total, allocatable, available }[capacity];
  const amount = amounts?.[resource];
  return amount === undefined ? undefined : parseAmount(amount);
}

function meets(member: MemberCluster, { name, operator, values }: PropertyRequirement): boolean {
  const observed = propertyOf(member, name);
  const wanted = parseAmount(values[0] ?? '');
  if (observed === undefined || wanted === undefined) return false;
  switch (operator) {
    case 'Gt':
      return observed > wanted;
    case 'Ge':
      return observed >= wanted;
    case 'Eq':
      return observed === wanted;
    case 'Ne':
      return observed !== wanted;
    case 'Lt':
      return observed < wanted;
    case 'Le':
      return observed <= wanted;
    default:
      return false;
  }
}

function matchesTerm(member: MemberCluster, term: ClusterSelectorTerm): boolean {
  const { labelSelector, propertySelector } = term;
  const byLabels = !labelSelector || matchesLabels(labelSelector, member.metadata.labels);
  return (
    byLabels && (propertySelector?.matchExpressions ?? []).every((requirement) => meets(member, requirement))
  );
}

/** Why required affinity rules a member out. */
export function affinityRefusal(member: MemberCluster, policy: PlacementPolicy): string | undefined {
  const required = policy.affinity?.clusterAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.clusterSelectorTerms ?? [];
  if (terms.length === 0 || terms.some((term) => matchesTerm(member, term))) return undefined;
  return 'cluster does not match with any of the required cluster affinity terms';
}

/** How much a policy prefers a member. `all` are all members: a sorter spreads its weight over their values. */
export function affinityScore(
  member: MemberCluster,
  policy: PlacementPolicy,
  all: readonly MemberCluster[],
): number {
  const preferred = policy.affinity?.clusterAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  let score = 0;
  for (const { weight, preference } of preferred) {
    if (weight === 0 || !matchesTerm(member, preference)) continue;
    score += preference.propertySorter
      ? sorted(member, weight, { sorter: preference.propertySorter, all })
      : weight;
  }
  return score;
}

function sorted(
  member: MemberCluster,
  weight: number,
  {
    sorter,
    all,
  }: { readonly sorter: { name: string; sortOrder: string }; readonly all: readonly MemberCluster[] },
): number {
  const value = propertyOf(member, sorter.name);
  const values = all.map((each) => propertyOf(each, sorter.name)).filter((each) => each !== undefined);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (value === undefined || least === most) return 0;
  const share = (value - least) / (most - least);
  const scaled = weight * (sorter.sortOrder === 'Descending' ? share : 1 - share);
  // Halves go away from zero, also where something is not wanted.
  return Math.sign(scaled) * Math.round(Math.abs(scaled));
}
