import type { MemberCluster } from '../kinds/fleet.ts';
import type { PlacementPolicy, TopologySpreadConstraint } from '../kinds/placement.ts';

/** A violated constraint that only asks costs this much. */
const violationCost = 1000;

/** How picking a member changes the spread: a refusal, or what it adds to its score. */
export type Spread = { readonly refusal: string } | { readonly score: number };

/** Judges one more pick, given the members that are picked already. */
export function spreadOf(
  member: MemberCluster,
  policy: PlacementPolicy,
  { picked, all }: { readonly picked: readonly MemberCluster[]; readonly all: readonly MemberCluster[] },
): Spread {
  let score = 0;
  for (const constraint of policy.topologySpreadConstraints ?? []) {
    const change = changeOf(member, constraint, { picked, all });
    if (!change) continue;
    const { maxSkew = 1, topologyKey, whenUnsatisfiable } = constraint;
    if (change.skew <= maxSkew) score -= change.by;
    else if (whenUnsatisfiable === 'ScheduleAnyway') score -= violationCost;
    else {
      return {
        refusal: `violated doNotSchedule topology spread constraint "${topologyKey}" (max skew ${maxSkew})`,
      };
    }
  }
  return { score };
}

/** The skew after one more pick in the member's domain, and how it differs from before. */
function changeOf(
  member: MemberCluster,
  { topologyKey }: TopologySpreadConstraint,
  { picked, all }: { readonly picked: readonly MemberCluster[]; readonly all: readonly MemberCluster[] },
): { readonly skew: number; readonly by: number } | undefined {
  const domainOf = (each: MemberCluster) => each.metadata.labels?.[topologyKey];
  const domain = domainOf(member);
  // A member outside all domains disturbs none.
  if (domain === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const each of all) {
    const name = domainOf(each);
    if (name !== undefined) counts.set(name, 0);
  }
  for (const each of picked) {
    const name = domainOf(each);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const skewOf = () => Math.max(...counts.values()) - Math.min(...counts.values());
  const before = skewOf();
  // Domains that are even are so no more after a pick; a single domain counts like several.
  if (before === 0) return { skew: 1, by: 1 };
  counts.set(domain, (counts.get(domain) ?? 0) + 1);
  const skew = skewOf();
  return { skew, by: skew - before };
}
