import type { RecordStore, ResourceRecord } from '../../../arm/index.ts';
import { jsonEqual } from '../../../base/index.ts';
import type { Reconciled } from '../../../reconcile/index.ts';
import { Fields } from '../../fields.ts';
import { type LoopParts, type RecordLoop, runRecordLoop } from '../../loop.ts';
import { gateType, runIdOf } from '../gates/record.ts';
import { managedClusterType } from '../managed-clusters/record.ts';
import { aksCatalog, releasesType } from '../releases/catalog.ts';
import { advance, currentStage, type MemberFact } from './advance.ts';
import { gateIdOf, makeGates, tendGates } from './gate-facts.ts';
import { memberFact, type RunOrder } from './member-facts.ts';
import { chooseImages, chosenImages, showImagesOf } from './node-images.ts';
import { keepProgress, progressType, runIdOfProgress, withProgress } from './progress.ts';
import { fleetOf, internalsOf, updateRunType, writtenWhole } from './record.ts';
import {
  isOver,
  isUnderWay,
  type MemberUpdate,
  membersOf,
  type RunStatus,
  type StageUpdate,
  statusJson,
  statusOf,
} from './status.ts';
import { updateOf } from './update.ts';

/**
 * Carries out what runs say. Each pass reads how the members and the gates of the current stage stand, moves the record on as far
 * as that allows, and commits; what has begun is ordered by the next pass, from the record. So a process may end at any moment.
 */
export function runUpdateRuns(parts: LoopParts): RecordLoop {
  const waiting = new WaitingRuns();
  return runRecordLoop({
    ...parts,
    type: updateRunType,
    follows: [
      { type: managedClusterType, idFor: async (clusterId) => waiting.on(clusterId) },
      { type: releasesType, idFor: async () => waiting.onReleases() },
      { type: progressType, idFor: runIdOfProgress },
      { type: gateType, idFor: (gateId) => runOfGate(gateId, parts.records) },
    ],
    reconcile: (id) => reconcile(id, parts, waiting),
  });
}

async function runOfGate(gateId: string, records: RecordStore): Promise<readonly string[]> {
  const gate = await records.get(gateId);
  return gate ? [runIdOf(gate)] : [];
}

/** Which runs have something under way on a cluster, or wait for a version: whom to wake. Filled by each run's own pass. */
class WaitingRuns {
  readonly #runs = new Map<string, Set<string>>();
  readonly #clusters = new Map<string, readonly string[]>();
  readonly #released = new Set<string>();

  on(clusterId: string): readonly string[] {
    return [...(this.#runs.get(clusterId.toLowerCase()) ?? [])];
  }

  onReleases(): readonly string[] {
    return [...this.#released];
  }

  /** Whether `runId` waits for something to come out. */
  setReleases(runId: string, waits: boolean): void {
    if (waits) this.#released.add(runId);
    else this.#released.delete(runId);
  }

  /** What `runId` waits for from now on. */
  set(runId: string, clusterIds: readonly string[]): void {
    for (const before of this.#clusters.get(runId) ?? []) {
      const runs = this.#runs.get(before);
      runs?.delete(runId);
      if (runs?.size === 0) this.#runs.delete(before);
    }
    const keys = clusterIds.map((id) => id.toLowerCase());
    if (keys.length === 0) this.#clusters.delete(runId);
    else this.#clusters.set(runId, keys);
    for (const key of keys) {
      const runs = this.#runs.get(key) ?? new Set();
      this.#runs.set(key, runs.add(runId));
    }
  }
}

async function reconcile(
  id: string,
  parts: LoopParts,
  waiting: WaitingRuns,
): Promise<Reconciled | undefined> {
  const { records, clock, random } = parts;
  const written = await records.get(id);
  const fleet = await records.get(fleetOf(id));
  if (!written || !fleet) {
    waiting.set(id, []);
    waiting.setReleases(id, false);
    if (!written) await removeGates(id, undefined, records);
    return undefined;
  }
  const run = await withProgress(written, records);
  const { wanted, uid } = internalsOf(run);
  const status = statusOf(run.properties);
  const { state } = status.status;
  if (state === 'NotStarted' && wanted === 'Nothing') await removeGates(id, uid, records);
  const nowMs = clock.now();
  const gates = await tendGates(run, status, { records, nowMs, random });
  const isGoing = isUnderWay(status.status) || (state === 'NotStarted' && wanted === 'Running');
  if (!isGoing || fleet.provisioningState === 'Deleting') {
    waiting.set(id, []);
    waiting.setReleases(id, false);
    return undefined;
  }
  // Before the catalog is read, so that no release is missed.
  waiting.setReleases(id, true);
  const update = updateOf(new Fields(run.properties));
  await chooseImages(status, update, { records, catalog: await aksCatalog(records) });
  const order: RunOrder = {
    fleetId: fleetOf(id),
    update,
    imageVersions: chosenImages(status, update),
    wantsToStop: wanted === 'Stopped',
  };
  const stage = currentStage(status);
  const members = stage ? membersOf(stage).filter((member) => !isOver(member.status)) : [];
  // Before anything is ordered, so that no change of a cluster is missed.
  waiting.set(
    id,
    members.filter((member) => member.status.state === 'Running').map((member) => member.clusterResourceId),
  );
  const facts = stage ? await factsOf(stage, order, records) : new Map<string, MemberFact>();
  for (const member of members) {
    if (facts.get(member.name)?.kind === 'succeeded') await showImages(status, member, order, records);
  }
  waiting.setReleases(
    id,
    [...facts.values()].some(({ kind }) => kind === 'waiting'),
  );
  const { wakeAtMs } = advance(status, {
    nowMs,
    wantsToStop: order.wantsToStop,
    plan: internalsOf(run).plan,
    members: facts,
    gates: gates.states,
    gateId: (gate) => gateIdOf(id, gate),
    operationId: () => random.uuid(),
  });
  await keep({ run, written }, status, parts);
  const waits = [...gates.wakeAtMs, ...(wakeAtMs === undefined ? [] : [wakeAtMs])];
  return waits.length > 0 ? { againAfterMs: Math.max(0, Math.min(...waits) - nowMs) } : undefined;
}

/** How those members of a stage stand that can move: which of the others are ready is asked when there is room for them. */
async function factsOf(
  stage: StageUpdate,
  order: RunOrder,
  records: RecordStore,
): Promise<Map<string, MemberFact>> {
  const facts = new Map<string, MemberFact>();
  const look = async (member: MemberUpdate) => {
    const fact = await memberFact(member, order, records);
    facts.set(member.name, fact);
    return fact;
  };
  for (const { members = [], maxConcurrency } of stage.groups) {
    let room = maxConcurrency;
    const waiting: MemberUpdate[] = [];
    for (const member of members) {
      if (member.status.state !== 'Running') {
        if (!isOver(member.status)) waiting.push(member);
      } else if ((await look(member)).kind === 'running') room--;
    }
    for (const member of waiting) {
      if (room <= 0) break;
      if ((await look(member)).kind === 'ready') room--;
    }
  }
  return facts;
}

/** Commits what a pass found out, unless somebody has changed the run since: then its next pass begins with that. */
async function keep(
  { run, written }: { readonly run: ResourceRecord; readonly written: ResourceRecord },
  status: RunStatus,
  { records, clock, random }: LoopParts,
): Promise<void> {
  const json = statusJson(status);
  if (jsonEqual(run.properties['status'], json)) return;
  await makeGates(run, status, { records, nowMs: clock.now(), random });
  if (await keepProgress(written, status, { records, clock, random })) return;
  await records.update(run.id, (current) =>
    current.etag === run.etag
      ? writtenWhole({ ...current, properties: { ...current.properties, status: json } })
      : undefined,
  );
}

/** A run that leaves the choice to each cluster shows what that was. */
async function showImages(
  status: RunStatus,
  { clusterResourceId }: MemberUpdate,
  { update }: RunOrder,
  records: RecordStore,
): Promise<void> {
  if (update.imageSelection !== 'Latest' || update.kind === 'ControlPlaneOnly') return;
  const cluster = await records.get(clusterResourceId);
  if (cluster) showImagesOf(status, cluster);
}

/** Gates of a run that is gone, or of an earlier one of its name. */
async function removeGates(runId: string, uid: string | undefined, records: RecordStore): Promise<void> {
  for (const gate of await records.list(`${fleetOf(runId)}/gates`, gateType)) {
    const isOfRun = runIdOf(gate).toLowerCase() === runId.toLowerCase();
    if (isOfRun && (uid === undefined || gate.internal?.['runUid'] !== uid)) await records.remove(gate.id);
  }
}
