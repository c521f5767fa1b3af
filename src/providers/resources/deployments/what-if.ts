import { ArmError, type Caller, parseId, type ResourceCalls, type TypeContext } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { type Budget, compareBodies, type PlannedResource } from '../../../template/index.ts';
import { type Opened, openDeployment, refusalOf } from './open.ts';
import { earlyBody, errorOf, writtenOf } from './preflight.ts';
import { outsidePlan } from './removals.ts';
import { readRequest, scopeOf } from './request.ts';

interface WhatIf {
  readonly opened: Opened;
  readonly caller: Caller;
  readonly calls: ResourceCalls;
  readonly context: TypeContext;
  readonly isComplete: boolean;
  readonly environment: JsonObject;
  /** For all that is opened for this question. */
  readonly budget: Budget;
  /** How many deployments within it may still be opened. */
  readonly nested: { left: number };
  /** A deployment within the one that was asked about. */
  readonly isInner?: true;
  /** False: ids and kinds of changes alone. */
  readonly isFull: boolean;
}

/** What a deployment would change, in the order of ids. Only what the caller may read is looked at. */
export async function changesOf(asked: WhatIf): Promise<JsonObject[]> {
  const { opened, caller, calls, context, isComplete, isFull } = asked;
  const changes: JsonObject[] = [];
  for (const one of writtenOf(opened.plan)) {
    const body = earlyBody(one, opened);
    if (/^microsoft\.resources\/deployments$/i.test(one.type)) {
      if (asked.nested.left-- <= 0) {
        changes.push({ resourceId: one.id, changeType: 'Ignore' });
        continue;
      }
      const inner = body && (await openedInner(one, body, asked));
      if (inner)
        for (const change of await changesOf({ ...asked, opened: inner, isComplete: false, isInner: true }))
          changes.push(change);
      continue;
    }
    payRead(asked.budget);
    const read = await calls.send(caller, { method: 'GET', id: one.id, apiVersion: one.apiVersion });
    const before = read.status === 200 ? read.body : undefined;
    if (!before && read.status !== 404) {
      changes.push({
        resourceId: one.id,
        changeType: 'Unsupported',
        unsupportedReason: errorOf(read).message,
      });
      continue;
    }
    if (!body) {
      changes.push({
        resourceId: one.id,
        changeType: before ? 'Deploy' : 'Create',
        ...(isFull && before && { before }),
      });
      continue;
    }
    const after = {
      apiVersion: one.apiVersion,
      id: one.id,
      type: one.type,
      name: one.name.split('/').at(-1) ?? '',
      ...groupOf(one.id),
      ...body,
    };
    const { changeType, delta } = compareBodies(before, body);
    changes.push({
      resourceId: one.id,
      changeType: isFull ? changeType : changeType === 'Create' ? 'Create' : 'Deploy',
      ...(isFull && { before: before ?? null, after, ...(changeType === 'Modify' && { delta }) }),
    });
  }
  if (opened.template.scope.kind === 'resourceGroup' && !asked.isInner) {
    const named = changes.map(({ resourceId }) => String(resourceId));
    for (const record of await outsidePlan(opened, named, (scope) => context.records.list(scope))) {
      const before: JsonObject = {
        id: record.id,
        name: record.name,
        type: record.type,
        location: record.location,
        ...groupOf(record.id),
      };
      if (!(await context.can(caller, `${record.type}/read`, record.id))) continue;
      changes.push({
        resourceId: record.id,
        changeType: isComplete ? 'Delete' : 'Ignore',
        ...(isFull && { before, after: null }),
      });
    }
  }
  return changes.sort((a, b) => String(a.resourceId).localeCompare(String(b.resourceId)));
}

/** What reading a resource costs, in steps of evaluation. */
const stepsOfRead = 100;

function payRead(budget: Budget): void {
  try {
    budget.spend(stepsOfRead);
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}

/** A deployment within a deployment, as far as it is known what it is given; undefined when it cannot be opened yet. */
async function openedInner(
  one: PlannedResource,
  body: JsonObject,
  { caller, environment, context, budget }: WhatIf,
): Promise<Opened | undefined> {
  const scope = scopeOf(one.id);
  if (!scope) return undefined;
  try {
    const request = readRequest(one.name, body, scope);
    return await openDeployment(
      { ...request, id: one.id, name: one.name, caller, environment, budget },
      context,
    );
  } catch (thrown) {
    // A group that is not there yet has no facts to tell.
    if (thrown instanceof ArmError && thrown.code !== 'TemplateEvaluationLimitExceeded') return undefined;
    throw thrown;
  }
}

function groupOf(id: string): JsonObject {
  const group = parseId(id)?.resourceGroup;
  return group === undefined ? {} : { resourceGroup: group };
}
