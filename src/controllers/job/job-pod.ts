import { type Job, jobs } from '../kinds/batch.ts';
import { type Pod, pods } from '../kinds/core.ts';
import { controllerReference } from '../shared/owners.ts';
import { fromTemplate } from '../shared/pods.ts';

/** Holds a pod until its end is counted. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
const indexAnnotation = 'batch.kubernetes.io/job-completion-index';
const failuresAnnotation = 'batch.kubernetes.io/job-index-failure-count';

/** `failures`: how often the index failed before, of a Job that counts that. */
export function jobPod(job: Job, index: number | undefined, failures: number | undefined): Pod {
  const { metadata, spec } = fromTemplate(job.spec.template);
  const { name = '', namespace = '' } = job.metadata;
  const isIndexed = index !== undefined;
  return {
    apiVersion: pods.apiVersion,
    kind: pods.kind,
    metadata: {
      ...metadata,
      ...(isIndexed
        ? {
            annotations: {
              ...metadata.annotations,
              [indexAnnotation]: String(index),
              ...(failures !== undefined && { [failuresAnnotation]: String(failures) }),
            },
            labels: { ...metadata.labels, [indexAnnotation]: String(index) },
          }
        : {}),
      generateName: isIndexed ? `${name}-${index}-` : `${name}-`,
      namespace,
      finalizers: [...(metadata.finalizers ?? []), trackingFinalizer],
      ownerReferences: [controllerReference(jobs, job)],
    },
    spec: isIndexed ? { ...spec, hostname: `${name}-${index}` } : spec,
  };
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexAnnotation];
  return text === undefined ? undefined : Number(text);
}

/** How often the index of a pod had failed when it was made. */
export function failuresBefore(pod: Pod): number {
  return Number(pod.metadata.annotations?.[failuresAnnotation] ?? 0);
}

/** As many indexes as the API lets a job have. */
const indexesLimit = 100_000;

/** `0-2,5` as numbers. */
export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',').filter(Boolean)) {
    const [from = 0, to = from] = part.split('-').map(Number);
    // Whoever may write a status may write any number.
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) continue;
    for (let index = from; index <= to && indexes.size < indexesLimit; index++) indexes.add(index);
  }
  return indexes;
}

/** Numbers as `0-2,5`; a run of two is written `3,4`. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const index of sorted) {
    const last = runs.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([from, to]) => (from === to ? `${from}` : `${from}${to - from === 1 ? ',' : '-'}${to}`))
    .join();
}
