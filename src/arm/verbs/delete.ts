import type { ResourceRecord, ResourceType } from '../contract.ts';
import { refusals } from '../errors.ts';
import { subscriptionOf } from '../ids.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { type Operation, preempted } from '../records/operation.ts';
import type { Answer, Services } from '../services.ts';
import { isFinalState, newEtag } from '../values.ts';
import { demandHeldScopes } from './held-scopes.ts';
import { operationHeaders, operationLocation } from './links.ts';
import { checkConditions, refuseBusy, showResource, storedRecord, writeAttempts } from './stored.ts';

/** DELETE: 204 when there is nothing, 200 when it is gone at once, 202 when a loop has work to do. */
export async function deleteResource(exchange: Exchange, services: Services): Promise<Answer> {
  const { target, type, caller, apiVersion } = exchange;
  for (let attempt = 0; attempt < writeAttempts; attempt++) {
    const since = services.records.cache.seen;
    const stored = storedRecord(exchange, services);
    if (!stored) {
      const isBuiltIn = await type.lookup?.(target.id, services.context);
      if (isBuiltIn) throw refusals.methodNotAllowed('DELETE', target.id, ['GET', 'HEAD']);
      if (target.path.kind === 'group') throw refusals.groupNotFound(target.path.resourceGroup ?? '');
      return { status: 204 };
    }
    checkConditions(exchange, stored);
    const running = await runningDelete(stored, services);
    if (running) return accepted(exchange, services, { record: stored, operation: running });
    if (!isPreemptible(type)) refuseBusy(exchange, stored);
    await demandHeldScopes(exchange, services, { stored, verb: 'delete' });
    exchange.atProvider = true;
    const about = { stored, since, callerObjectId: caller.objectId, apiVersion };
    const done = await settleDelete(type, services, about);
    if (!done) continue;
    if (!done.operation && type.announcesOperations) {
      return accepted(exchange, services, {
        record: stored,
        operation: services.operations.done(deleteOperation(type, services, about)),
      });
    }
    if (done.operation) return accepted(exchange, services, { ...done, operation: done.operation });
    const status = type.statuses?.delete ?? 200;
    if (!type.deleteBody) return { status };
    return showResource(exchange, services, { record: stored, status });
  }
  throw refusals.contention(target.id);
}

interface DeleteAbout {
  readonly stored: ResourceRecord;
  readonly since: number;
  readonly callerObjectId: string;
  readonly apiVersion: string;
}

/**
 * Asks the type whether the record may go, and deletes it; nobody comes to use it in between. Throws the type's refusal.
 * Undefined: something moved, decide again.
 */
export async function settleDelete(
  type: ResourceType,
  services: Services,
  about: DeleteAbout,
): ReturnType<typeof beginDelete> {
  if (!type.beforeDelete) return beginDelete(type, services, about);
  return services.records.whileLeaving(about.stored.id, async () => {
    await type.beforeDelete?.(about.stored, services.context);
    return beginDelete(type, services, about);
  });
}

/** A deletion takes the place of what a loop is doing to the resource; what is done at once has nothing to wait for. */
function isPreemptible(type: ResourceType): boolean {
  return (type.deletion ?? type.lifecycle) === 'converged';
}

/** Removes the record, or marks it for its loop. Undefined: something moved, decide again. */
async function beginDelete(
  type: ResourceType,
  services: Services,
  about: DeleteAbout,
): Promise<{ readonly record: ResourceRecord; readonly operation: Operation | undefined } | undefined> {
  const { stored, since } = about;
  if ((type.deletion ?? type.lifecycle) === 'immediate') {
    const also = (await type.goesWith?.(stored, services.context)) ?? [];
    const removed = await services.records.tryRemove(stored.id, since, { also });
    if (removed) await type.afterDelete?.(stored, services.context);
    return removed ? { record: stored, operation: undefined } : undefined;
  }
  const operation = services.operations.begin(deleteOperation(type, services, about));
  const record: ResourceRecord = {
    ...stored,
    provisioningState: type.deleteState ?? 'Deleting',
    etag: newEtag(services.random, stored.etag),
    operation: operation.id,
  };
  const preempted = await preemptedOperation(stored, services);
  const operations = preempted ? [preempted, operation] : [operation];
  const done = await services.records.commit({ writes: [{ put: record }], operations, since });
  return done ? { record, operation } : undefined;
}

/** The operation that runs on a record, canceled; undefined when none does. */
async function preemptedOperation(
  stored: ResourceRecord,
  services: Services,
): Promise<Operation | undefined> {
  if (stored.operation === undefined || isFinalState(stored.provisioningState)) return undefined;
  const running = await services.operations.get(stored.operation);
  return running && services.operations.end(running, preempted);
}

function deleteOperation(
  type: ResourceType,
  services: Services,
  about: { readonly stored: ResourceRecord; readonly callerObjectId: string; readonly apiVersion: string },
) {
  const { stored, callerObjectId, apiVersion } = about;
  return {
    subscriptionId: subscriptionOf(stored.id) ?? '',
    namespace: type.namespace,
    location: operationLocation(stored.id, stored.location, services),
    resourceId: stored.id,
    verb: 'delete' as const,
    callerObjectId,
    apiVersion,
    retryAfterSeconds: type.retryAfterSeconds ?? 1,
  };
}

async function runningDelete(stored: ResourceRecord, services: Services): Promise<Operation | undefined> {
  if (stored.operation === undefined || isFinalState(stored.provisioningState)) return undefined;
  const operation = await services.operations.get(stored.operation);
  return operation?.verb === 'delete' ? operation : undefined;
}

async function accepted(
  exchange: Exchange,
  services: Services,
  done: { readonly record: ResourceRecord; readonly operation: Operation },
): Promise<Answer> {
  const headers = operationHeaders(done.operation, exchange.origin, exchange.apiVersion);
  const status = exchange.type.statuses?.delete ?? 202;
  if (!exchange.type.deleteBody) return { status, headers };
  return showResource(exchange, services, { record: done.record, status, headers });
}
