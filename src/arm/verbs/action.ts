import { errorMessage } from '../../base/index.ts';
import type {
  ActionCall,
  AnsweringAction,
  ChangingAction,
  ConvergedAction,
  OperationOutcome,
  ResourceRecord,
} from '../contract.ts';
import { refusals, toArmError } from '../errors.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { findAction } from '../pipeline/locate.ts';
import { methodsAt } from '../pipeline/methods.ts';
import type { Operation } from '../records/operation.ts';
import type { Answer, Services } from '../services.ts';
import { newEtag } from '../values.ts';
import { operationHeaders, operationLocation } from './links.ts';
import { runningResult } from './results.ts';
import { checkConditions, existingRecord, refuseBusy, showResource, writeAttempts } from './stored.ts';

/** POST of an action: 200 with its result, 204 without one, 202 when it runs on. */
export async function runAction(exchange: Exchange, services: Services): Promise<Answer> {
  const { target, type, request } = exchange;
  const found = type.actions && findAction(type.actions, target.actionName);
  if (!found) {
    // A name that is no action of the type has no other method either.
    const allowed = target.actionName === '' ? methodsAt(type, target.path) : [];
    throw refusals.methodNotAllowed('POST', request.path, allowed);
  }
  const [, action] = found;
  if (action.mode === 'converged') return runConverged(exchange, services, action);
  if (action.mode === 'changing') return runChanging(exchange, services, action);
  const record = await existingRecord(exchange, services);
  exchange.atProvider = true;
  const call: ActionCall = {
    ...callOf(exchange, services, record),
    update: (change) => services.records.update(record.id, change),
  };
  if (action.mode === 'later') return runLater(exchange, services, { action, call });
  const result = await action.run(call);
  return result === null ? { status: 204 } : { status: 200, body: result };
}

async function runChanging(exchange: Exchange, services: Services, action: ChangingAction): Promise<Answer> {
  for (let attempt = 0; attempt < writeAttempts; attempt++) {
    const since = services.records.cache.seen;
    const stored = await existingRecord(exchange, services);
    checkConditions(exchange, stored);
    exchange.atProvider = true;
    const changed = await action.change(callOf(exchange, services, stored));
    if (changed === stored) return showResource(exchange, services, { record: stored, status: 200 });
    const record = { ...changed, etag: newEtag(services.random, stored.etag) };
    const unchanged = action.restsOn?.(stored) ?? [];
    if (await services.records.commit({ writes: [{ put: record }], unchanged, since })) {
      return showResource(exchange, services, { record, status: 200 });
    }
  }
  throw refusals.contention(exchange.target.id);
}

function callOf(
  { body, query, caller, origin, apiVersion }: Exchange,
  { context }: Services,
  record: ResourceRecord,
): Omit<ActionCall, 'update'> {
  return { record, body, query, caller, origin, apiVersion, context };
}

/** The changed record and its operation are one commit: the loop ends both, also after a restart. */
async function runConverged(
  exchange: Exchange,
  services: Services,
  action: ConvergedAction,
): Promise<Answer> {
  for (let attempt = 0; attempt < writeAttempts; attempt++) {
    const since = services.records.cache.seen;
    const stored = await existingRecord(exchange, services);
    refuseBusy(exchange, stored);
    exchange.atProvider = true;
    const changed = await action.change(callOf(exchange, services, stored));
    const operation = services.operations.begin(postOperation(exchange, services, stored));
    const record = { ...changed, etag: newEtag(services.random, stored.etag), operation: operation.id };
    const done = await services.records.commit({ writes: [{ put: record }], operations: [operation], since });
    if (!done) continue;
    return { status: 202, headers: operationHeaders(operation, exchange.origin, exchange.apiVersion) };
  }
  throw refusals.contention(exchange.target.id);
}

function postOperation(exchange: Exchange, services: Services, record: ResourceRecord) {
  return {
    subscriptionId: exchange.target.path.subscriptionId ?? '',
    namespace: exchange.type.namespace,
    location: operationLocation(record.id, record.location, services),
    resourceId: record.id,
    verb: 'post' as const,
    callerObjectId: exchange.caller.objectId,
    permission: exchange.target.permission,
    apiVersion: exchange.apiVersion,
    retryAfterSeconds: exchange.type.retryAfterSeconds ?? 1,
  };
}

async function runLater(
  exchange: Exchange,
  services: Services,
  work: { readonly action: AnsweringAction; readonly call: ActionCall },
): Promise<Answer> {
  const { record } = work.call;
  const { results } = work.action;
  await work.action.check?.(work.call);
  const operation = services.operations.begin(postOperation(exchange, services, record));
  await services.actions.run(operation, () => outcomeOf(services, operation, work));
  if (results) {
    const { origin, apiVersion } = exchange;
    return runningResult(operation, results, { origin, apiVersion, resourceId: record.id });
  }
  return { status: 202, headers: operationHeaders(operation, exchange.origin, exchange.apiVersion) };
}

async function outcomeOf(
  services: Services,
  operation: Operation,
  work: { readonly action: AnsweringAction; readonly call: ActionCall },
): Promise<OperationOutcome> {
  try {
    const result = await work.action.run(work.call);
    return { status: 'Succeeded', ...(result !== null && { result }) };
  } catch (thrown) {
    const { code, message } = toArmError(thrown);
    services.log.warn('action failed', { operation: operation.id, error: errorMessage(thrown) });
    return { status: 'Failed', error: { code, message } };
  }
}
