import { objectAt, textAt } from '../../apimachinery/read.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Warnings } from '../built-in-kind.ts';
import { nameWarnings, podWarnings } from './pod-warnings.ts';

/** Of a workload whose pods are called after it; of a change only when it is one. */
export function ofTemplate(path: string, naming: boolean, more: Warnings = () => []): Warnings {
  const place = path === '' ? [] : path.split('.');
  return (object, old) => {
    if (old && jsonEqual(object['spec'] ?? null, old['spec'] ?? null)) return [];
    const names = naming && !old ? nameWarnings(object, 'Pod names and hostnames') : [];
    return [...names, ...more(object, old), ...podWarnings(objectAt(object, ...place), path)];
  };
}

const manyCompletions = { completions: 100_000, parallelism: 10_000 } as const;

/** Of the spec of a job at `path` that runs more pods than can be followed. */
export function indexWarnings(path: string): Warnings {
  return (object) => {
    const spec = objectAt(object, ...path.split('.'));
    const isMany =
      textAt(spec, 'completionMode') === 'Indexed' &&
      Number(spec['completions'] ?? 0) > manyCompletions.completions &&
      Number(spec['parallelism'] ?? 0) > manyCompletions.parallelism;
    if (!isMany) return [];
    return [
      `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
    ];
  };
}
