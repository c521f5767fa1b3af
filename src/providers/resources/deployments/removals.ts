import { parseId, type ResourceRecord } from '../../../arm/index.ts';
import type { LoopParts } from '../../loop.ts';
import type { Opened } from './open.ts';
import type { Step } from './work.ts';

/** What a deployment in complete mode takes away: resources of its group that have a region and are not in the template. */
export async function removalsOf({
  records,
  random,
  opened,
}: Pick<LoopParts, 'records' | 'random'> & { readonly opened: Opened }): Promise<Step[]> {
  const doomed = await outsidePlan(opened, (scope) => records.list(scope));
  return doomed.map(({ id }) => ({
    key: `remove ${id.toLowerCase()}`,
    id,
    state: 'Waiting',
    operationId: random.uuid().replaceAll('-', '').slice(0, 16).toUpperCase(),
    isRemoval: true,
  }));
}

/** Resources of the deployment's group that its template does not name; also none below one that it names. */
export async function outsidePlan(
  { template, plan }: Opened,
  list: (scope: string) => Promise<readonly ResourceRecord[]>,
): Promise<ResourceRecord[]> {
  const named = new Set(plan.map(({ id }) => id.toLowerCase()));
  const found = await list(template.scope.id);
  return found.filter((record) => {
    const path = parseId(record.id);
    const isTop = path?.kind === 'resource' && path.names.length === 1 && !path.scope.includes('/providers/');
    return isTop && record.location !== undefined && !named.has(record.id.toLowerCase());
  });
}
