import { findCondition, isCurrent, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import type { Informer } from '../../reconcile/index.ts';
import {
  evictedBindingAnnotation,
  isLatest,
  parentLabel,
  previousStateAnnotation,
} from '../kinds/fleet-names.ts';
import {
  type Binding,
  clusterFamily,
  type Eviction,
  evictions,
  type Placement,
  placementBudgets,
} from '../kinds/placement.ts';
import { hasFailed } from '../shared/bind.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';
import { askBudget, isMisconfigured } from './budget.ts';

export interface EvictionContext extends ClusterContext {
  readonly evictions: Informer<Eviction>;
}

const texts = {
  noPlacement: 'Failed to find ClusterResourcePlacement targeted by eviction',
  deletingPlacement: 'Found deleting ClusterResourcePlacement targeted by eviction',
  fixedPlacement: 'Found ClusterResourcePlacement with PickFixed placement type targeted by eviction',
  noBinding: 'Failed to find scheduler decision for placement in cluster targeted by eviction',
  twoBindings: 'Found more than one scheduler decision for placement in cluster targeted by eviction',
  valid: 'Eviction is valid',
  leaving:
    'Eviction is allowed, resources propagated by placement is currently being removed from cluster targeted by eviction',
  notPlaced: 'Eviction is blocked, placement has not propagated resources to target cluster yet',
  failed: 'Eviction is allowed, placement has failed',
  noBudget: 'Eviction is allowed, no ClusterResourcePlacementDisruptionBudget specified',
  misconfigured:
    'Eviction is blocked by misconfigured ClusterResourcePlacementDisruptionBudget, either MaxUnavailable is specified or MinAvailable is specified as a percentage for PickAll ClusterResourcePlacement',
} as const;

/** One pass over an eviction: it is carried out or refused once, and that stands. */
export async function reconcileEviction(key: string, context: EvictionContext): Promise<undefined> {
  const eviction = context.evictions.get(key);
  if (!eviction || eviction.metadata.deletionTimestamp || isOver(eviction)) return undefined;
  const bindings = await bindingsOf(eviction, context);
  if (hasEvicted(eviction, bindings)) return conclude(eviction, executed(texts.leaving), context);
  const target = await targetOf(eviction, bindings, context);
  if (typeof target === 'string') return conclude(eviction, invalid(target), context);
  const verdict = await judge(target, context);
  if (!verdict.deletes) return conclude(eviction, verdict.said, context);
  const marked = await mark(eviction, target.binding, context);
  await remove(target.binding, context);
  return conclude(marked, verdict.said, context);
}

function isOver({ metadata, status }: Eviction): boolean {
  const said = findCondition(status?.conditions, 'Valid');
  return (
    isCurrent(said, metadata.generation, 'False') ||
    findCondition(status?.conditions, 'Executed') !== undefined
  );
}

interface Target {
  readonly placement: Placement;
  readonly bindings: readonly Binding[];
  readonly binding: Binding;
}

/** Read anew: what others did a moment ago counts. */
async function bindingsOf({ spec }: Eviction, { client }: EvictionContext): Promise<readonly Binding[]> {
  const { items } = await client.list(clusterFamily.bindings);
  return items.filter(({ metadata }) => metadata.labels?.[parentLabel] === spec.placementName);
}

/** An earlier pass deleted the binding and was cut off before it said so; one that is there now came afterwards. */
function hasEvicted({ metadata }: Eviction, bindings: readonly Binding[]): boolean {
  const [by, uid] = metadata.annotations?.[evictedBindingAnnotation]?.split('/') ?? [];
  // One that was made of what another looked like has done nothing yet.
  if (by !== metadata.uid) return false;
  // While the old one is on its way out, another may stand for the cluster already.
  return bindings.every((it) => it.metadata.uid !== uid || it.metadata.deletionTimestamp !== undefined);
}

/** What an eviction is about; a text says what is wrong with it. */
async function targetOf(
  { spec }: Eviction,
  bindings: readonly Binding[],
  { client }: EvictionContext,
): Promise<Target | string> {
  const placement = await client.find(clusterFamily.placements, { name: spec.placementName });
  if (!placement) return texts.noPlacement;
  if (placement.metadata.deletionTimestamp) return texts.deletingPlacement;
  if (placement.spec.policy?.placementType === 'PickFixed') return texts.fixedPlacement;
  const [binding, ...others] = bindings.filter((each) => each.spec.targetCluster === spec.clusterName);
  if (others.length > 0) return texts.twoBindings;
  return binding ? { placement, bindings, binding } : texts.noBinding;
}

/** What becomes of a valid eviction, and what is said of it. */
interface Verdict {
  readonly deletes: boolean;
  readonly said: Said;
}

async function judge({ placement, bindings, binding }: Target, context: EvictionContext): Promise<Verdict> {
  if (binding.metadata.deletionTimestamp) return { deletes: false, said: executed(texts.leaving) };
  if (!isPlaced(binding)) return { deletes: false, said: blocked(texts.notPlaced) };
  if (hasFailed(binding) || isDiffReported(binding)) return { deletes: true, said: executed(texts.failed) };
  const name = placement.metadata.name ?? '';
  const budget = await context.client.find(placementBudgets, { name });
  if (!budget) return { deletes: true, said: executed(texts.noBudget) };
  if (isMisconfigured(budget, placement)) return { deletes: false, said: blocked(texts.misconfigured) };
  const picked = await pickedBy(name, context);
  const { isAllowed, available, total } = askBudget(budget, { placement, bindings, picked });
  const message = `Eviction is ${isAllowed ? 'allowed' : 'blocked'} by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: ${available}, totalPlacements: ${total}`;
  return { deletes: isAllowed, said: isAllowed ? executed(message) : blocked(message) };
}

/** Resources may be on the cluster: it is bound, or was until the scheduler gave it up. */
function isPlaced({ metadata, spec }: Binding): boolean {
  if (spec.state === 'Bound') return true;
  return spec.state === 'Unscheduled' && metadata.annotations?.[previousStateAnnotation] === 'Bound';
}

function isDiffReported({ metadata, status }: Binding): boolean {
  const said = findCondition(status?.conditions, 'DiffReported');
  return said !== undefined && said.observedGeneration === metadata.generation;
}

/** How many clusters the scheduler picked last. */
async function pickedBy(placement: string, { client }: EvictionContext): Promise<number> {
  const { items } = await client.list(clusterFamily.policySnapshots);
  const latest = items.find(
    (snapshot) => snapshot.metadata.labels?.[parentLabel] === placement && isLatest(snapshot),
  );
  return (latest?.status?.targetClusters ?? []).filter(({ selected }) => selected).length;
}

async function mark(eviction: Eviction, binding: Binding, context: EvictionContext): Promise<Eviction> {
  const { resourceVersion = '', uid = '' } = eviction.metadata;
  const annotations = { [evictedBindingAnnotation]: `${uid}/${binding.metadata.uid ?? ''}` };
  const body = { metadata: { resourceVersion, annotations } };
  const marked = await context.client.patch(evictions, refOf(eviction), { type: 'merge', body });
  context.evictions.observe(marked);
  return marked;
}

/** Throws Conflict when the binding is no longer the one that was judged. */
async function remove(binding: Binding, { client }: EvictionContext): Promise<void> {
  const { uid = '', resourceVersion = '' } = binding.metadata;
  const preconditions = { uid, resourceVersion };
  await ignoringMissing(client.delete(clusterFamily.bindings, refOf(binding), { preconditions }));
}

type Said = readonly Omit<NewCondition, 'observedGeneration'>[];

const reason = (word: string) => `ClusterResourcePlacementEviction${word}`;
const valid = { type: 'Valid', status: 'True', reason: reason('Valid'), message: texts.valid } as const;

function invalid(message: string): Said {
  return [{ type: 'Valid', status: 'False', reason: reason('Invalid'), message }];
}

function executed(message: string): Said {
  return [valid, { type: 'Executed', status: 'True', reason: reason('Executed'), message }];
}

function blocked(message: string): Said {
  return [valid, { type: 'Executed', status: 'False', reason: reason('NotExecuted'), message }];
}

async function conclude(eviction: Eviction, said: Said, context: EvictionContext): Promise<undefined> {
  const { generation = 0 } = eviction.metadata;
  const known = eviction.status?.conditions ?? [];
  const conditions = said.reduce(
    (all, condition) =>
      withCondition(all, { ...condition, observedGeneration: generation }, context.clock.now()),
    known,
  );
  const place = { client: context.client, informer: context.evictions };
  await commitStatus(eviction, { ...eviction.status, conditions }, place);
  return undefined;
}
