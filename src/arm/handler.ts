import { encodeJson, errorMessage } from '../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../http/contract.ts';
import { activityOf } from './activity-of.ts';
import type { Caller } from './contract.ts';
import { ArmError, toArmError } from './errors.ts';
import { isGuid } from './ids.ts';
import { internalCalls } from './internal-calls.ts';
import type { ResourceCalls } from './offers.ts';
import { Exchange } from './pipeline/exchange.ts';
import { commonHeaders } from './pipeline/headers.ts';
import { Locator, type RouteTable } from './pipeline/locate.ts';
import { requireGroup, requireParent, type Step, steps } from './pipeline/steps.ts';
import type { Answer, Services } from './services.ts';
import { runAction } from './verbs/action.ts';
import { deleteResource } from './verbs/delete.ts';
import { getResource, headResource } from './verbs/get.ts';
import { listResources } from './verbs/list.ts';
import { patchResource } from './verbs/patch.ts';
import { putResource } from './verbs/put.ts';

/** Answers every request of Resource Manager: locate, the steps, then the verb or route. */
export function armHandler(
  services: Services,
  routes: RouteTable,
): { handler: Handler; calls: ResourceCalls } {
  const locator = new Locator({ ...services, routes });
  const answer = async (request: HttpRequest, caller?: Caller) => {
    const exchange = newExchange(request, services);
    const startedAtMs = services.clock.now();
    if (caller) exchange.caller = caller;
    let found: Refusable;
    try {
      found = await answerRequest(exchange, services, locator);
    } catch (thrown) {
      found = refusalAnswer(exchange, services, thrown);
    }
    if (exchange.isAuthorized && request.method !== 'GET')
      noteActivity(exchange, services, { answer: found, startedAtMs });
    const headers = { ...commonHeaders(exchange, services.clock.now(), services.random), ...found.headers };
    return respond(exchange, found, headers);
  };
  const check = async (request: HttpRequest, caller: Caller, made: ReadonlySet<string>) => {
    const exchange = newExchange(request, services);
    exchange.caller = caller;
    exchange.target = locator.find(request.method, request.path);
    for (const step of stepsBefore(exchange, made)) await step(exchange, services);
  };
  return { handler: (request) => answer(request), calls: internalCalls(services, { answer, check }) };
}

/** The steps that can be asked before what a resource stands in is there. */
function stepsBefore({ target }: Exchange, made: ReadonlySet<string>): readonly Step[] {
  const isMade = (id: string | undefined) => id !== undefined && made.has(id.toLowerCase());
  const names = target.id.split('/');
  const isBelowMade = names.some(
    (_, at) => at < names.length - 1 && isMade(names.slice(0, at + 1).join('/')),
  );
  return isBelowMade ? steps.filter((step) => step !== requireGroup && step !== requireParent) : steps;
}

/** An answer, with what is wrong when it is a refusal. */
type Refusable = Answer & { readonly error?: ArmError };

function noteActivity(
  exchange: Exchange,
  { activity, clock }: Services,
  { answer, startedAtMs }: { readonly answer: Refusable; readonly startedAtMs: number },
): void {
  const about = { startedAtMs, nowMs: clock.now() };
  const done = activityOf(exchange, answer, about);
  if (done) activity.note(done);
}

async function answerRequest(exchange: Exchange, services: Services, locator: Locator): Promise<Answer> {
  const { request } = exchange;
  exchange.target = locator.find(request.method, request.path);
  for (const step of steps) {
    const taken = step(exchange, services);
    if (taken) await taken;
  }
  if (exchange.target.route) return answerRoute(exchange, services);
  switch (exchange.target.intent) {
    case 'read':
      return request.method === 'HEAD' ? headResource(exchange, services) : getResource(exchange, services);
    case 'list':
      return listResources(exchange, services);
    case 'write':
      return request.method === 'PUT' ? putResource(exchange, services) : patchResource(exchange, services);
    case 'delete':
      return deleteResource(exchange, services);
    case 'action':
      return runAction(exchange, services);
  }
}

async function answerRoute(exchange: Exchange, services: Services): Promise<Answer> {
  const { target, query, body, origin, url, apiVersion } = exchange;
  if (!target.route) return { status: 404 };
  return target.route.route.handle({
    parameters: target.route.parameters,
    query,
    body,
    caller: exchange.callerIfAny,
    origin,
    url,
    apiVersion,
    correlationId: exchange.correlationId,
    context: services.context,
    inventory: services.inventory,
  });
}

function newExchange(request: HttpRequest, services: Services): Exchange {
  const correlation = request.header('x-ms-correlation-request-id');
  const requestId = services.random.uuid();
  return new Exchange({
    request,
    requestId,
    correlationId: correlation !== undefined && isGuid(correlation) ? correlation : requestId,
    origin: `https://${request.connection.host}`,
  });
}

function refusalAnswer(exchange: Exchange, services: Services, thrown: unknown): Refusable {
  const error = toArmError(thrown);
  const gateway: Record<string, string> = exchange.atProvider ? {} : { 'x-ms-failure-cause': 'gateway' };
  if (error.status < 500 || error.code !== 'InternalServerError') {
    return { status: error.status, body: error.toBody(), headers: { ...gateway, ...error.headers }, error };
  }
  const { requestId, correlationId, request } = exchange;
  services.log.error('request failed', {
    method: request.method,
    path: request.path,
    requestId,
    error: errorMessage(thrown),
    stack: thrown instanceof Error ? thrown.stack : undefined,
  });
  const time = new Date(services.clock.now()).toISOString();
  const subscription = /^\/+subscriptions\/([^/]+)/i.exec(request.path)?.[1] ?? '';
  const message =
    `Encountered internal server error. Diagnostic information: timestamp '${time}', subscription id '${subscription}', ` +
    `tracking id '${requestId}', request correlation id '${correlationId}'.`;
  return {
    status: 500,
    body: new ArmError(500, error.code, message).toBody(),
    headers: { 'x-ms-failure-cause': 'service' },
    error,
  };
}

function respond(exchange: Exchange, answer: Answer, headers: Record<string, string>): HttpResponse {
  const { status, body, bytes } = answer;
  const isEmpty = body === undefined && bytes === undefined;
  if (isEmpty || exchange.request.method === 'HEAD') return { status, headers };
  headers['Content-Type'] = 'application/json; charset=utf-8';
  return { status, headers, body: bytes ?? encodeJson(body) };
}
