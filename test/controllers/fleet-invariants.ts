import { findCondition, isCurrent } from '../../src/apimachinery/conditions.ts';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { type ConfigMap, configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import {
  clusterProfiles,
  internalMemberClusters,
  memberClusters,
} from '../../src/controllers/kinds/fleet.ts';
import { latestLabel, parentLabel, parentOverrideLabel } from '../../src/controllers/kinds/fleet-names.ts';
import {
  type Binding,
  clusterFamily,
  evictions,
  namespacedFamily,
  namespacedOverrides,
  type Placement,
  type PlacementFamily,
  works,
} from '../../src/controllers/kinds/placement.ts';
import { heldBy, isPlaced, type SimulatedFleet } from './simulated-fleet.ts';

/** What the hub's users want: for each namespace of the simulation its maps, as they should be on members. */
export type Wanted = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What is not as it should be at rest; nothing when all is. */
export async function violations(fleet: SimulatedFleet, wanted: Wanted): Promise<readonly string[]> {
  const wrong: string[] = [];
  const names = fleet.members.map(({ memberName }) => memberName).sort();
  await judgeMembers(fleet, names, wrong);
  const bound = new Map<string, ReadonlySet<string>>();
  for (const family of [clusterFamily, namespacedFamily]) {
    for (const [key, clusters] of await judgePlacements(fleet, { family, names, wrong }))
      bound.set(key, clusters);
  }
  await judgeWorks(fleet, names, wrong);
  await judgeRest(fleet, wrong);
  for (const member of fleet.members) {
    const expected = expectedOn(member.memberName, { bound, wanted });
    await judgeMember(member, expected, wrong);
  }
  return wrong;
}

function differ(what: string, actual: readonly string[], expected: readonly string[], wrong: string[]): void {
  const [a, b] = [[...actual].sort().join(' '), [...expected].sort().join(' ')];
  if (a !== b) wrong.push(`${what}: ${a || 'nothing'} instead of ${b || 'nothing'}`);
}

const nameOf = ({ metadata: { name = '' } }: { readonly metadata: { name?: string } }) => name;

async function judgeMembers(fleet: SimulatedFleet, names: readonly string[], wrong: string[]): Promise<void> {
  const { client } = fleet;
  const all = await client.list(memberClusters);
  differ('members', all.items.map(nameOf), names, wrong);
  for (const { metadata, status } of all.items) {
    const joined = findCondition(status?.conditions, 'Joined');
    if (!isCurrent(joined, metadata.generation, 'True')) wrong.push(`${metadata.name} has not joined`);
  }
  differ('twins', (await client.list(internalMemberClusters)).items.map(nameOf), names, wrong);
  differ('profiles', (await client.list(clusterProfiles)).items.map(nameOf), names, wrong);
  const spaces = (await client.list(namespaces)).items
    .map(nameOf)
    .filter((it) => it.startsWith('fleet-member-'));
  differ(
    'namespaces of members',
    spaces,
    names.map((name) => `fleet-member-${name}`),
    wrong,
  );
}

const keyOf = (namespace: string | undefined, name: string) => (namespace ? `${namespace}/${name}` : name);

/** Judges placements of a family, and says which clusters each has. */
async function judgePlacements(
  { client }: SimulatedFleet,
  { family, names, wrong }: { family: PlacementFamily; names: readonly string[]; wrong: string[] },
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const placements = (await client.list(family.placements)).items;
  const members = new Map(
    (await client.list(memberClusters)).items.map((member) => [nameOf(member), member]),
  );
  const bindings = (await client.list(family.bindings)).items;
  const policies = (await client.list(family.policySnapshots)).items;
  const resources = (await client.list(family.resourceSnapshots)).items;
  const keys = new Set(placements.map((it) => keyOf(it.metadata.namespace, nameOf(it))));
  for (const part of [...bindings, ...policies, ...resources]) {
    const parent = keyOf(part.metadata.namespace, part.metadata.labels?.[parentLabel] ?? '');
    if (!keys.has(parent)) wrong.push(`${part.kind} ${nameOf(part)} is left over of ${parent}`);
  }
  const bound = new Map<string, ReadonlySet<string>>();
  for (const placement of placements) {
    const key = keyOf(placement.metadata.namespace, nameOf(placement));
    const isOwn = (it: { metadata: { namespace?: string; labels?: Record<string, string> } }) =>
      keyOf(it.metadata.namespace, it.metadata.labels?.[parentLabel] ?? '') === key;
    const own = bindings.filter(isOwn);
    const latest = policies.filter((it) => isOwn(it) && it.metadata.labels?.[latestLabel] === 'true');
    if (latest.length !== 1) wrong.push(`${key} has ${latest.length} latest policies`);
    if (resources.filter((it) => isOwn(it) && it.metadata.labels?.[latestLabel] === 'true').length !== 1)
      wrong.push(`${key} has not one latest state of its resources`);
    const clusters = own.map(({ spec }) => spec.targetCluster);
    const selected = (latest[0]?.status?.targetClusters ?? []).filter((it) => it.selected);
    differ(
      `clusters of ${key}`,
      clusters,
      selected.map(({ clusterName }) => clusterName),
      wrong,
    );
    judgeBindings(key, own, wrong);
    judgePolicy(placement, {
      clusters,
      names,
      tainted: (name) => Boolean(members.get(name)?.spec.taints?.length),
      labelled: (name) => members.get(name)?.metadata.labels?.['tier'],
      wrong,
    });
    const scheduled = findCondition(placement.status?.conditions, `${placement.kind}Scheduled`);
    if (scheduled?.observedGeneration !== placement.metadata.generation)
      wrong.push(`${key} tells an old decision`);
    const told = (placement.status?.placementStatuses ?? []).flatMap(({ clusterName }) => clusterName ?? []);
    differ(`clusters that ${key} tells`, told, clusters, wrong);
    bound.set(key, new Set(clusters));
  }
  return bound;
}

function judgeBindings(key: string, own: readonly Binding[], wrong: string[]): void {
  for (const { metadata, spec, status } of own) {
    if (metadata.deletionTimestamp || spec.state !== 'Bound')
      wrong.push(`${key}: ${metadata.name} is ${spec.state}`);
    const available = findCondition(status?.conditions, 'Available');
    if (!isCurrent(available, metadata.generation, 'True'))
      wrong.push(`${key} is not available on ${spec.targetCluster}`);
  }
}

interface Judged {
  readonly clusters: readonly string[];
  readonly names: readonly string[];
  tainted(name: string): boolean;
  labelled(name: string): string | undefined;
  readonly wrong: string[];
}

function judgePolicy({ spec: { policy = {} }, metadata }: Placement, judged: Judged): void {
  const { clusters, names, wrong } = judged;
  const { placementType = 'PickAll', clusterNames = [], numberOfClusters = 0 } = policy;
  if (placementType === 'PickFixed') {
    differ(
      `named clusters of ${metadata.name}`,
      clusters,
      clusterNames.filter((name) => names.includes(name)),
      wrong,
    );
    return;
  }
  const [term] =
    policy.affinity?.clusterAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.clusterSelectorTerms ??
    [];
  const tier = term?.labelSelector?.matchLabels?.['tier'];
  const tolerates = (policy.tolerations ?? []).length > 0;
  const fit = names.filter(
    (name) => (!tier || judged.labelled(name) === tier) && (tolerates || !judged.tainted(name)),
  );
  // What was picked stays, whatever becomes of it: it may be more than what would be picked now.
  const missing = fit.filter((name) => !clusters.includes(name));
  if (placementType === 'PickAll' && missing.length > 0)
    wrong.push(`${metadata.name} misses ${missing.join(' ')}`);
  if (placementType === 'PickN') {
    if (clusters.length > numberOfClusters)
      wrong.push(`${metadata.name} has more than ${numberOfClusters} clusters`);
    if (clusters.length < numberOfClusters && missing.length > 0)
      wrong.push(`${metadata.name} has too few clusters, and misses ${missing.join(' ')}`);
  }
}

async function judgeWorks(
  { client }: SimulatedFleet,
  names: readonly string[],
  wrong: string[],
): Promise<void> {
  const bindings = new Set<string>();
  for (const { bindings: kind } of [clusterFamily, namespacedFamily]) {
    for (const binding of (await client.list(kind)).items) bindings.add(nameOf(binding));
  }
  const served = new Set<string>();
  for (const { metadata } of (await client.list(works)).items) {
    const binding = metadata.labels?.['kubernetes-fleet.io/parent-resource-binding'] ?? '';
    served.add(binding);
    const member = metadata.namespace?.slice('fleet-member-'.length) ?? '';
    if (!bindings.has(binding) || !names.includes(member) || metadata.deletionTimestamp)
      wrong.push(`Work ${metadata.namespace}/${metadata.name} is left over`);
  }
  for (const binding of bindings) if (!served.has(binding)) wrong.push(`${binding} has no Work`);
}

async function judgeRest({ client }: SimulatedFleet, wrong: string[]): Promise<void> {
  const overrides = (await client.list(namespacedOverrides.overrides)).items;
  for (const { metadata } of (await client.list(namespacedOverrides.snapshots)).items) {
    const parent = metadata.labels?.[parentOverrideLabel] ?? '';
    if (!overrides.some((it) => nameOf(it) === parent && it.metadata.namespace === metadata.namespace))
      wrong.push(`override snapshot ${metadata.namespace}/${metadata.name} is left over`);
  }
  for (const { metadata, status } of (await client.list(evictions)).items) {
    const isOver =
      findCondition(status?.conditions, 'Executed') ||
      findCondition(status?.conditions, 'Valid')?.status === 'False';
    if (!isOver) wrong.push(`eviction ${metadata.name} is not over`);
  }
}

/** `ConfigMap/namespace/name` with its color, and `Namespace//name` without. */
function expectedOn(
  memberName: string,
  { bound, wanted }: { bound: ReadonlyMap<string, ReadonlySet<string>>; wanted: Wanted },
): ReadonlyMap<string, string> {
  const expected = new Map<string, string>();
  for (const [space, maps] of wanted) {
    // A placement is called like the namespace that it places; `own` in it places its maps.
    if (bound.get(space)?.has(memberName)) expected.set(`Namespace//${space}`, '');
    const places = bound.has(`${space}/own`) ? `${space}/own` : space;
    if (!bound.get(places)?.has(memberName)) continue;
    for (const [name, color] of maps) expected.set(`ConfigMap/${space}/${name}`, color);
  }
  return expected;
}

async function judgeMember(
  member: SimulatedFleet['members'][number],
  expected: ReadonlyMap<string, string>,
  wrong: string[],
): Promise<void> {
  const client = typedClient(member.server.client);
  const held = await heldBy(member.server.client);
  for (const key of expected.keys())
    if (!held.includes(key)) wrong.push(`${member.memberName} misses ${key}`);
  for (const key of held) {
    if (expected.has(key) || member.kept.has(key) || key.startsWith('AppliedWork')) continue;
    wrong.push(`${key} is left over on ${member.memberName}`);
  }
  for (const map of (await client.list(configMaps)).items.filter(isPlaced)) {
    const color = expected.get(`ConfigMap/${map.metadata.namespace}/${map.metadata.name}`);
    if (color !== undefined && colorOf(map) !== color)
      wrong.push(
        `${map.metadata.namespace}/${map.metadata.name} on ${member.memberName} is ${colorOf(map)}, not ${color}`,
      );
  }
}

function colorOf({ data }: ConfigMap): string {
  return data?.['color'] ?? '';
}

/** AppliedWorks of a member that no Work stands for. */
export async function leftoverAppliedWorks(fleet: SimulatedFleet): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { memberName, server, kept } of fleet.members) {
    const { items } = await fleet.client.list(works, { namespace: `fleet-member-${memberName}` });
    const named = new Set(items.map((work) => `AppliedWork//${nameOf(work)}`));
    const held = (await heldBy(server.client)).filter((key) => key.startsWith('AppliedWork'));
    left.push(
      ...held.filter((key) => !named.has(key) && !kept.has(key)).map((key) => `${memberName}: ${key}`),
    );
  }
  return left;
}
