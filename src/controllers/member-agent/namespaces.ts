import type { NewCondition } from '../../apimachinery/conditions.ts';
import type { Namespace } from '../kinds/core.ts';
import { appliedWorks } from '../kinds/placement.ts';

/** A member tells its hub of no more namespaces. */
const namespacesMax = 200;

/** The namespaces of a member with the AppliedWork that each belongs to, the oldest first; those on their way out are gone. */
export function namespacesOf(all: readonly Namespace[]): {
  readonly namespaces: { [name: string]: string };
  readonly condition: NewCondition;
} {
  const staying = all.filter(({ metadata }) => !metadata.deletionTimestamp).sort(byAge);
  const told = staying.slice(0, namespacesMax);
  const namespaces = Object.fromEntries(
    told.map(({ metadata }) => {
      const owner = metadata.ownerReferences?.find(
        ({ apiVersion, kind }) => apiVersion === appliedWorks.apiVersion && kind === appliedWorks.kind,
      );
      return [metadata.name ?? '', owner?.name ?? ''];
    }),
  );
  return { namespaces, condition: staying.length > told.length ? degraded : succeeded };
}

function byAge({ metadata: a }: Namespace, { metadata: b }: Namespace): number {
  const [aTime = '', bTime = ''] = [a.creationTimestamp, b.creationTimestamp];
  if (aTime !== bTime) return aTime < bTime ? -1 : 1;
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
}

const type = 'NamespaceCollectionSucceeded';
const succeeded: NewCondition = {
  type,
  status: 'True',
  reason: 'Succeeded',
  message: 'All namespaces have been collected successfully',
};
const degraded: NewCondition = {
  type,
  status: 'False',
  reason: 'Degraded',
  message:
    'Namespaces are collected in a degraded mode since the number of namespaces reaches the track limit',
};
