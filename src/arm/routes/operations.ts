import { isObject, type JsonObject } from '../../base/index.ts';
import type { ArmRoute, OperationError, RouteAnswer, RouteCall } from '../contract.ts';
import { renderResource } from '../envelope.ts';
import { ArmError, refusals } from '../errors.ts';
import type { Operation } from '../records/operation.ts';
import type { Services } from '../services.ts';
import { operationHeaders, operationPath } from '../verbs/links.ts';
import { callerOf } from './visibility.ts';

/** Operations of resources of a subscription, and of those of the tenant. */
const bases = ['/subscriptions/{subscriptionId}', ''].map(
  (scope) => `${scope}/providers/{namespace}/locations/{location}`,
);

/** Status and result of long-running operations, under every word that Azure's services use for them. */
export function operationRoutes(services: Services): ArmRoute[] {
  return bases.flatMap((base) => routesBelow(base, services));
}

function routesBelow(base: string, services: Services): ArmRoute[] {
  const status = (word: string): ArmRoute => ({
    method: 'GET',
    path: `${base}/${word}/{operationId}`,
    apiVersions: [],
    handle: async (call) => {
      const operation = await find(call, services);
      const hasResult = operation.result !== undefined && (await mayHaveResult(operation, call, services));
      return showStatus(operation, word, hasResult);
    },
  });
  const result: ArmRoute = {
    method: 'GET',
    path: `${base}/operationResults/{operationId}`,
    apiVersions: [],
    handle: async (call) => showResult(await find(call, services), call, services),
  };
  return [status('operationStatuses'), status('operations'), result];
}

/** Seen by whoever started it and by whoever may read the resource. */
async function find(call: RouteCall, services: Services): Promise<Operation> {
  const { operationId = '', subscriptionId = '', namespace = '', location = '' } = call.parameters;
  const seal = call.query.get('seal');
  const seen =
    seal === null
      ? await services.operations.get(operationId)
      : services.operations.unsealed({ id: operationId, subscriptionId, namespace, location }, seal);
  const missing = new ArmError(
    404,
    'OperationNotFound',
    `The operation '${operationId}' could not be found.`,
  );
  if (!seen || seen.subscriptionId.toLowerCase() !== subscriptionId.toLowerCase()) throw missing;
  if (seen.callerObjectId !== call.caller?.objectId) {
    const record = services.records.cache.get(seen.resourceId)?.record;
    const type = record?.type ?? `${seen.namespace}/operations`;
    const mayRead = call.caller && (await services.access.can(call.caller, `${type}/read`, seen.resourceId));
    if (!mayRead) throw missing;
  }
  if (seen.status !== 'InProgress') return seen;
  return (await services.operations.settled(operationId)) ?? seen;
}

/** The result of an action may be a credential: it is for whoever may ask for it now, whoever asked for it first. */
async function mayHaveResult(
  { permission, resourceId }: Operation,
  { caller }: RouteCall,
  { access }: Services,
): Promise<boolean> {
  return caller !== undefined && permission !== undefined && access.can(caller, permission, resourceId);
}

function showStatus(operation: Operation, word: string, hasResult: boolean): RouteAnswer {
  const body: JsonObject = {
    id: operationPath(operation, word),
    name: operation.id,
    status: operation.status,
    startTime: new Date(operation.startedAtMs).toISOString(),
  };
  if (operation.endedAtMs !== undefined) {
    body.endTime = new Date(operation.endedAtMs).toISOString();
    body.percentComplete = 100;
  }
  if (hasResult && operation.status === 'Succeeded' && operation.result !== undefined) {
    body.properties = operation.result;
    // Clients of such an action read the status itself as its answer: what it names is the resource that was made.
    if (isObject(operation.result) && typeof operation.result['id'] === 'string')
      body.id = operation.result['id'];
  }
  if (operation.error) body.error = errorBody(operation.error);
  const running = operation.status === 'InProgress';
  return {
    status: 200,
    body,
    ...(running && { headers: { 'Retry-After': String(operation.retryAfterSeconds) } }),
  };
}

/** An error as answers show it. */
function errorBody({ code, message, target, details }: OperationError): JsonObject {
  return {
    code,
    message,
    ...(target !== undefined && { target }),
    ...(details && { details: [...details] }),
  };
}

/** 202 while it runs, then what a synchronous call would have answered. */
async function showResult(operation: Operation, call: RouteCall, services: Services): Promise<RouteAnswer> {
  if (operation.status === 'InProgress') {
    return { status: 202, headers: operationHeaders(operation, call.origin, call.apiVersion) };
  }
  if (operation.status !== 'Succeeded') {
    const { code, message } = operation.error ?? {
      code: operation.status,
      message: 'The operation did not succeed.',
    };
    throw new ArmError(code === 'InternalServerError' ? 500 : 409, code, message);
  }
  const { result, permission, resourceId } = operation;
  const { access } = services;
  if (result !== undefined) {
    if (await mayHaveResult(operation, call, services)) return { status: 200, body: result };
    throw refusals.authorizationFailed(callerOf(call), permission ?? 'the action that began it', resourceId);
  }
  if (operation.verb === 'post') return { status: 204 };
  const record = services.records.cache.get(operation.resourceId)?.record;
  const type = record && services.registry.ofRecord(record);
  if (operation.verb === 'delete' || !record || !type) {
    // Groups end with 200, as Azure's do; resources with 204.
    return { status: operation.namespace.toLowerCase() === 'microsoft.resources' ? 200 : 204 };
  }
  const mayRead = await access.can(callerOf(call), `${record.type}/read`, record.id);
  if (!mayRead && !(await mayHaveResult(operation, call, services))) {
    throw refusals.authorizationFailed(callerOf(call), `${record.type}/read`, record.id);
  }
  const context = {
    apiVersion: operation.apiVersion,
    origin: call.origin,
    records: services.records,
    inList: false,
  };
  return { status: 200, body: await renderResource(record, type, context) };
}
