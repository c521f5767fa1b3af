import type { MemberCluster } from '../kinds/fleet.ts';
import type { Binding, ClusterDecision, PlacementPolicy, PlacementToleration } from '../kinds/placement.ts';
import { affinityRefusal, affinityScore } from './affinity.ts';
import { ineligibility } from './eligibility.ts';
import { namespaceRefusal } from './namespace-affinity.ts';
import { spreadOf } from './topology.ts';

/** What there is to choose from. */
export interface Field {
  readonly policy: PlacementPolicy;
  /** Of a placement that is in one: it goes where that namespace is. */
  readonly namespace?: string | undefined;
  readonly members: readonly MemberCluster[];
  /** Bindings of the current policy that stay: scheduled or bound. */
  readonly kept: readonly Binding[];
  /** Bindings of older policies: their clusters are preferred among equals. */
  readonly obsolete: readonly Binding[];
  /** Wanted with PickN. */
  readonly count: number;
  readonly nowMs: number;
}

export interface Choice {
  /** Clusters picked now, beside the kept ones. */
  readonly picked: readonly ClusterDecision[];
  /** Clusters that were looked at and not picked, best first. */
  readonly rejected: readonly ClusterDecision[];
  readonly isFulfilled: boolean;
}

/** Picks clusters as the policy asks. */
export function choose(field: Field): Choice {
  switch (field.policy.placementType ?? 'PickAll') {
    case 'PickFixed':
      return chooseFixed(field);
    case 'PickN':
      return chooseSome(field);
    default:
      return chooseAll(field);
  }
}

function nameOf({ metadata: { name = '' } }: MemberCluster): string {
  return name;
}

function chooseAll(field: Field): Choice {
  const keptNames = new Set(field.kept.map(({ spec }) => spec.targetCluster));
  const candidates = field.members.filter((member) => !keptNames.has(nameOf(member)));
  const picked: ClusterDecision[] = [];
  const rejected: ClusterDecision[] = [];
  for (const member of candidates) {
    const refusal = refusalOf(member, field);
    if (refusal === undefined)
      picked.push(pickedDecision(nameOf(member), { affinityScore: 0, priorityScore: 0 }));
    else rejected.push(filteredDecision(nameOf(member), refusal));
  }
  return { picked, rejected, isFulfilled: true };
}

function chooseFixed({ policy, members, kept, nowMs }: Field): Choice {
  const keptNames = new Set(kept.map(({ spec }) => spec.targetCluster));
  const byName = new Map(members.map((member) => [nameOf(member), member]));
  const picked: ClusterDecision[] = [];
  const rejected: ClusterDecision[] = [];
  const reject = (clusterName: string, reason: string) =>
    rejected.push({ clusterName, selected: false, reason });
  for (const name of policy.clusterNames ?? []) {
    const member = byName.get(name);
    const problem = member && ineligibility(member, nowMs);
    if (!member) reject(name, `Specified cluster "${name}" is not found`);
    else if (problem)
      reject(name, `Cluster "${name}" is not eligible for resource placement yet: ${problem}`);
    else if (!keptNames.has(name)) {
      const reason = `Successfully scheduled resources for placement in "${name}": picked by scheduling policy`;
      picked.push({ clusterName: name, selected: true, reason });
    }
  }
  return { picked, rejected, isFulfilled: rejected.length === 0 };
}

interface Scored {
  readonly name: string;
  readonly affinity: number;
  readonly topology: number;
  readonly obsolete: number;
}

function chooseSome(field: Field): Choice {
  const picked: ClusterDecision[] = [];
  const taken = new Set(field.kept.map(({ spec }) => spec.targetCluster));
  let rejected: ClusterDecision[] = [];
  // A spread is judged pick by pick; without one all picks come from one look.
  const perLook = field.policy.topologySpreadConstraints?.length ? 1 : Number.POSITIVE_INFINITY;
  while (taken.size < field.count) {
    const look = lookAround(field, taken);
    const best = look.scored.slice(0, Math.min(perLook, field.count - taken.size));
    for (const { name, affinity, topology } of best) {
      taken.add(name);
      picked.push(pickedDecision(name, { affinityScore: affinity, priorityScore: topology }));
    }
    rejected = [...look.scored.slice(best.length).map(outscored), ...look.filtered];
    if (best.length === 0) break;
  }
  return { picked, rejected, isFulfilled: taken.size >= field.count };
}

function lookAround(field: Field, taken: ReadonlySet<string>) {
  const { members, policy } = field;
  const pickedMembers = members.filter((member) => taken.has(nameOf(member)));
  const wasBound = new Set(field.obsolete.map(({ spec }) => spec.targetCluster));
  const scored: Scored[] = [];
  const filtered: ClusterDecision[] = [];
  for (const member of members) {
    const name = nameOf(member);
    if (taken.has(name)) continue;
    const refusal = refusalOf(member, field);
    const spread = spreadOf(member, policy, { picked: pickedMembers, all: members });
    if (refusal !== undefined) filtered.push(filteredDecision(name, refusal));
    else if ('refusal' in spread) filtered.push(filteredDecision(name, spread.refusal));
    else {
      const affinity = affinityScore(member, policy, members);
      scored.push({ name, affinity, topology: spread.score, obsolete: wasBound.has(name) ? 1 : 0 });
    }
  }
  return { scored: scored.sort(compareScores), filtered: filtered.sort(compareNames) };
}

/** Best first; among equals the larger name. */
function compareScores(a: Scored, b: Scored): number {
  return (
    b.topology - a.topology ||
    b.affinity - a.affinity ||
    b.obsolete - a.obsolete ||
    (a.name < b.name ? 1 : -1)
  );
}

function compareNames(a: ClusterDecision, b: ClusterDecision): number {
  return a.clusterName < b.clusterName ? -1 : 1;
}

/** The first rule that a member breaks. */
function refusalOf(member: MemberCluster, { policy, namespace, nowMs }: Field): string | undefined {
  return (
    affinityRefusal(member, policy) ??
    ineligibility(member, nowMs) ??
    namespaceRefusal(member, namespace) ??
    taintRefusal(member, policy)
  );
}

function taintRefusal(member: MemberCluster, { tolerations = [] }: PlacementPolicy): string | undefined {
  const taint = member.spec.taints?.find(
    (each) => !tolerations.some((toleration) => tolerates(toleration, each)),
  );
  if (!taint) return undefined;
  return `taint &{Key:${taint.key} Value:${taint.value ?? ''} Effect:${taint.effect}} cannot be tolerated`;
}

function tolerates(
  { key = '', operator, value = '', effect = '' }: PlacementToleration,
  taint: { readonly key: string; readonly value?: string; readonly effect: string },
): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (operator === 'Exists') return key === '' || key === taint.key;
  return operator === 'Equal' && key === taint.key && value === (taint.value ?? '');
}

type Scores = NonNullable<ClusterDecision['clusterScore']>;

function scoresText({ affinityScore: affinity = 0, priorityScore = 0 }: Scores): string {
  return `(affinity score: ${affinity}, topology spread score: ${priorityScore})`;
}

function pickedDecision(clusterName: string, clusterScore: Scores): ClusterDecision {
  const reason = `Successfully scheduled resources for placement in "${clusterName}" ${scoresText(clusterScore)}: picked by scheduling policy`;
  return { clusterName, selected: true, reason, clusterScore };
}

function outscored({ name, affinity, topology }: Scored): ClusterDecision {
  const clusterScore = { affinityScore: affinity, priorityScore: topology };
  const reason = `Cluster "${name}" does not score high enough ${scoresText(clusterScore)}`;
  return { clusterName: name, selected: false, reason, clusterScore };
}

function filteredDecision(clusterName: string, refusal: string): ClusterDecision {
  return { clusterName, selected: false, reason: `ClusterUnschedulable, ${refusal}` };
}
