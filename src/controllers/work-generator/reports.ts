import { findCondition } from '../../apimachinery/conditions.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import { fleetKey } from '../kinds/fleet.ts';
import type { ManifestCondition, ResourceReport, ResourceReports, Work } from '../kinds/placement.ts';
import { fitting } from '../shared/report-size.ts';

/** Entries in each list; more are cut off. */
const listLimit = 100;

/** How far the Works of a binding have come together: what is said of an older state is in no list. */
type Progress = 'open' | 'failed' | 'done';

type ListName = 'failedPlacements' | 'driftedPlacements' | 'diffedPlacements';

/** Which lists a binding shows. Drift may be there whether applying succeeded or not. */
function listsOf(type: string | undefined, progress: ProgressOfWorks): ReadonlySet<ListName> {
  if (type === 'ReportDiff') return new Set(progress.reported === 'done' ? ['diffedPlacements'] : []);
  if (progress.applied === 'open') return new Set();
  if (progress.applied === 'failed') {
    return new Set(['failedPlacements', 'diffedPlacements', 'driftedPlacements']);
  }
  return new Set(
    progress.available === 'failed' ? ['failedPlacements', 'driftedPlacements'] : ['driftedPlacements'],
  );
}

interface ProgressOfWorks {
  readonly applied: Progress;
  readonly available: Progress;
  readonly reported: Progress;
}

/** How far Works have come with the step of a condition. */
function progressOf(works: readonly Work[], type: string): Progress {
  const said = works.map((work) => currentOf(work, type)?.status);
  if (said.some((status) => status !== 'True' && status !== 'False')) return 'open';
  return said.includes('False') ? 'failed' : 'done';
}

/** The condition of a Work, if it is said of the Work as it is now. */
export function currentOf(work: Work, type: string): FullCondition | undefined {
  const condition = findCondition(work.status?.conditions, type);
  return condition?.observedGeneration === work.metadata.generation ? condition : undefined;
}

/** Resources that failed, drifted or differ, gathered from all Works of a binding that applies in this way. */
export function reportsOf(works: readonly Work[], applyType: string | undefined): ResourceReports {
  const shown = listsOf(applyType, {
    applied: progressOf(works, 'Applied'),
    available: progressOf(works, 'Available'),
    reported: progressOf(works, 'DiffReported'),
  });
  if (shown.size === 0) return {};
  const gathered: Record<ListName, ResourceReport[]> = {
    failedPlacements: [],
    driftedPlacements: [],
    diffedPlacements: [],
  };
  for (const work of works) {
    const hasFailed = ['Applied', 'Available'].some((type) => currentOf(work, type)?.status === 'False');
    for (const manifest of work.status?.manifestConditions ?? []) {
      const identifier = identify(manifest, work);
      const condition = hasFailed ? failureOf(manifest) : undefined;
      if (condition) gathered.failedPlacements.push({ ...identifier, condition });
      const { driftDetails, diffDetails } = manifest;
      if (driftDetails) gathered.driftedPlacements.push({ ...identifier, ...detailsOf(driftDetails) });
      if (diffDetails) gathered.diffedPlacements.push({ ...identifier, ...detailsOf(diffDetails) });
    }
  }
  const lists = [...shown].filter((name) => gathered[name].length > 0);
  const reports: ResourceReports = Object.fromEntries(lists.map((name) => [name, cut(name, gathered[name])]));
  return fitting([reports])[0] ?? {};
}

/** Drift and difference lists are put in order when some of them do not fit: the same ones are shown each time. */
function cut(name: ListName, list: readonly ResourceReport[]): ResourceReport[] {
  if (list.length <= listLimit) return [...list];
  const ordered = name === 'failedPlacements' ? list : [...list].sort(compareIdentifiers);
  return ordered.slice(0, listLimit);
}

const identifying = ['group', 'version', 'kind', 'namespace', 'name'] as const;

function compareIdentifiers(a: ResourceReport, b: ResourceReport): number {
  for (const part of identifying) {
    const [left, right] = [a[part] ?? '', b[part] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function detailsOf(details: NonNullable<ManifestCondition['driftDetails' | 'diffDetails']>) {
  const { observedInMemberClusterGeneration: generation, ...rest } = details;
  return { ...rest, ...(generation === undefined ? {} : { targetClusterObservedGeneration: generation }) };
}

function failureOf(manifest: ManifestCondition): FullCondition | undefined {
  const applied = findCondition(manifest.conditions, 'Applied');
  if (applied?.status === 'False') return applied;
  const available = findCondition(manifest.conditions, 'Available');
  return available?.status === 'False' ? available : undefined;
}

function identify({ identifier }: ManifestCondition, work: Work): ResourceReport {
  const { group, version = '', kind = '', name = '', namespace } = identifier;
  const type = work.metadata.labels?.[fleetKey('envelope-work')];
  const envelopeNamespace = work.metadata.labels?.[fleetKey('envelope-namespace')];
  return {
    ...(group ? { group } : {}),
    version,
    kind,
    name,
    ...(namespace ? { namespace } : {}),
    ...(type
      ? {
          envelope: {
            name: work.metadata.labels?.[fleetKey('envelope-name')] ?? '',
            ...(envelopeNamespace ? { namespace: envelopeNamespace } : {}),
            type,
          },
        }
      : {}),
  };
}
