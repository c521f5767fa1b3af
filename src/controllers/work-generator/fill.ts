import { jsonEqual } from '../../base/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import {
  clusterOverrideHashAnnotation,
  overrideHashAnnotation,
  parentSnapshotIndexLabel,
  parentSnapshotNameAnnotation,
} from '../kinds/fleet-names.ts';
import {
  type Binding,
  clusterOverrides,
  namespacedOverrides,
  type OverrideSnapshot,
  type Work,
} from '../kinds/placement.ts';
import type { PlacementContext } from '../placement/context.ts';
import type { WantedWork } from './manifests.ts';
import { OverrideError, type Overriding, overridingBy } from './overrides.ts';

/** More than an API server takes in one object. */
const workCharactersLimit = 3 * 1024 * 1024;

interface Filling {
  readonly wanted: readonly WantedWork[];
  readonly present: ReadonlyMap<string | undefined, Work>;
  readonly member: MemberCluster;
  readonly context: Pick<PlacementContext, 'client' | 'overrides'>;
}

/** A Work that no API server would take. */
export class WorkSizeError extends Error {}

/**
 * The Works as they are to stand. Those that hold the same resources under the same overrides already keep what they
 * hold: the snapshots that it came from may be gone.
 */
export async function filled(
  binding: Binding,
  { wanted, present, member, context }: Filling,
): Promise<Work[]> {
  const isKept = ({ frame }: WantedWork) => holdsTheSame(present.get(frame.metadata.name), frame);
  const overriding = wanted.every(isKept)
    ? undefined
    : overridingBy(await overrideSnapshotsOf(binding, context), member);
  return wanted.map((each) => {
    const { frame } = each;
    const known = present.get(frame.metadata.name);
    const kept = known?.spec.workload;
    if (kept && (!overriding || isKept(each))) return { ...frame, spec: { ...frame.spec, workload: kept } };
    const manifests = overriding ? each.manifests(bounded(overriding, frame)) : [];
    return { ...frame, spec: { ...frame.spec, workload: { manifests } } };
  });
}

/** Ends as soon as the objects that overrides changed are more than a Work can hold: there is no need to make them all. */
function bounded(overriding: Overriding, { metadata }: Work): Overriding {
  let characters = 0;
  return (object) => {
    const overridden = overriding(object);
    if (!overridden || overridden === object) return overridden;
    characters += JSON.stringify(overridden).length;
    if (characters > workCharactersLimit) {
      throw new WorkSizeError(
        `the overridden resources of Work ${metadata.name} are larger than ${workCharactersLimit} characters`,
      );
    }
    return overridden;
  };
}

/** The override snapshots that a binding names. Throws OverrideError when one is gone. */
async function overrideSnapshotsOf(
  { spec }: Binding,
  { client, overrides }: Filling['context'],
): Promise<readonly OverrideSnapshot[]> {
  const { clusterResourceOverrideSnapshots = [], resourceOverrideSnapshots = [] } = spec;
  const found: OverrideSnapshot[] = [];
  // One that was made a moment ago may not have been told yet.
  for (const name of clusterResourceOverrideSnapshots) {
    const snapshot = overrides.cluster.get(name) ?? (await client.find(clusterOverrides.snapshots, { name }));
    if (!snapshot) throw new OverrideError(`clusterResourceOverrideSnapshot ${name} is not found`);
    found.push(snapshot);
  }
  for (const { name, namespace } of resourceOverrideSnapshots) {
    const key = `${namespace}/${name}`;
    const snapshot =
      overrides.namespaced.get(key) ??
      (await client.find(namespacedOverrides.snapshots, { name, namespace }));
    // The missing blank is upstream's: it prints a structure.
    if (!snapshot) throw new OverrideError(`resourceOverrideSnapshot {${name} ${namespace}} is not found`);
    found.push(snapshot);
  }
  return found;
}

/** Whether a Work was made of the same resources and the same overrides. */
function holdsTheSame(known: Work | undefined, frame: Work): boolean {
  const index = ({ metadata }: Work) => metadata.labels?.[parentSnapshotIndexLabel];
  const annotated = [parentSnapshotNameAnnotation, overrideHashAnnotation, clusterOverrideHashAnnotation];
  return (
    known !== undefined &&
    index(known) === index(frame) &&
    annotated.every((name) => known.metadata.annotations?.[name] === frame.metadata.annotations?.[name])
  );
}

/** A Work is rewritten only for other resources, other overrides, or another way to apply them. */
export function isCurrentWork(known: Work, wanted: Work): boolean {
  return (
    holdsTheSame(known, wanted) &&
    jsonEqual(known.spec.applyStrategy, wanted.spec.applyStrategy) &&
    jsonEqual(known.spec.reportBackStrategy, wanted.spec.reportBackStrategy)
  );
}
