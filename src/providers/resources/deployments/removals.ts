import { parseId, type ResourceRecord } from '../../../arm/index.ts';
import type { LoopParts } from '../../loop.ts';
import type { Opened } from './open.ts';
import { type Step, workOf } from './work.ts';

/** What a deployment in complete mode takes away: resources of its group that have a region and are not in the template. */
export async function removalsOf({
  records,
  random,
  opened,
}: Pick<LoopParts, 'records' | 'random'> & { readonly opened: Opened }): Promise<Step[]> {
  const made = await madeWithin(opened, records);
  const doomed = await outsidePlan(opened, made, (scope) => records.list(scope));
  return doomed.map(({ id }) => ({
    key: `remove ${id.toLowerCase()}`,
    id,
    state: 'Waiting',
    operationId: random.uuid().replaceAll('-', '').slice(0, 16).toUpperCase(),
    isRemoval: true,
  }));
}

/** Ids of what deployments within a deployment have made, and those within them. */
async function madeWithin({ plan }: Opened, records: LoopParts['records']): Promise<string[]> {
  const ids = plan.filter(({ condition }) => condition).map(({ id }) => id);
  const made: string[] = [];
  const seen = new Set<string>();
  for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
    if (!deploymentIdPattern.test(id) || seen.has(id.toLowerCase())) continue;
    seen.add(id.toLowerCase());
    const record = await records.get(id);
    for (const step of record ? workOf(record).steps : []) {
      made.push(step.id);
      ids.push(step.id);
    }
  }
  return made;
}

const deploymentIdPattern = /\/providers\/Microsoft\.Resources\/deployments\/[^/]+$/i;

/**
 * Resources of the deployment's group that neither its template nor `within` names; a resource whose condition does not hold
 * is not named. None is below one that is named.
 */
export async function outsidePlan(
  { template, plan }: Opened,
  within: readonly string[],
  list: (scope: string) => Promise<readonly ResourceRecord[]>,
): Promise<ResourceRecord[]> {
  const kept = plan.filter(({ condition }) => condition).map(({ id }) => id);
  const named = new Set([...kept, ...within].map((id) => id.toLowerCase()));
  const found = await list(template.scope.id);
  return found.filter((record) => {
    const path = parseId(record.id);
    const isTop = path?.kind === 'resource' && path.names.length === 1 && !path.scope.includes('/providers/');
    return isTop && record.location !== undefined && !named.has(record.id.toLowerCase());
  });
}
