import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { AzError, ServiceError } from '../errors.ts';
import { type ArmCall, json, jsonObject, type LongCall } from './arm-call.ts';
import type { Caller } from './caller.ts';
import { retryAfterMs } from './retry.ts';
import { errorText } from './service-errors.ts';
import type { HttpAnswer } from './transport.ts';

const defaultIntervalSeconds = 30;
const finalStates = new Set(['succeeded', 'failed', 'canceled', 'cancelled']);

/**
 * Sends a request and follows its operation: `Azure-AsyncOperation`, else `Location`, else the resource's own
 * `provisioningState`. The first poll follows at once; later ones wait as the latest poll asked.
 */
export async function runLong(session: Caller, call: LongCall): Promise<Json | undefined> {
  const first = await session.arm.send(call);
  call.onAccepted?.();
  if (call.noWait) return undefined;
  const spinner = startSpinner(session);
  try {
    return await follow(session, call, first);
  } finally {
    spinner.stop();
  }
}

async function follow(session: Caller, call: LongCall, first: HttpAnswer): Promise<Json | undefined> {
  const operation = first.header('azure-asyncoperation') ?? first.header('operation-location');
  const location = first.header('location');
  if (operation) return followOperation(session, call, { operation, location });
  if (location && first.status !== 200) return followLocation(session, call, location);
  const body = json(first);
  const state = stateOf(body);
  if (call.method === 'PUT' || call.method === 'PATCH') {
    if (state !== undefined && !finalStates.has(state.toLowerCase())) return followResource(session, call);
    if (state !== undefined && state.toLowerCase() !== 'succeeded') {
      throw new AzError(`Operation returned an invalid status '${first.reason}'`);
    }
  }
  return body;
}

interface OperationLinks {
  readonly operation: string;
  readonly location: string | undefined;
}

async function followOperation(
  session: Caller,
  call: LongCall,
  links: OperationLinks,
): Promise<Json | undefined> {
  for (;;) {
    const answer = await poll(session, links.operation);
    const body = jsonObject(answer);
    const status = String(body['status'] ?? '').toLowerCase();
    if (status === 'succeeded') return finalState(session, call, { links, body });
    if (finalStates.has(status)) throw operationError(body);
    if (answer.status === 200 && status === '') {
      throw new AzError('The operation document of the service carries no status.');
    }
    await pause(session, call, answer);
  }
}

async function finalState(
  session: Caller,
  call: LongCall,
  { links, body }: { links: OperationLinks; body: JsonObject },
): Promise<Json | undefined> {
  if (call.method === 'PUT' || call.method === 'PATCH') {
    const resource = typeof body['resourceLocation'] === 'string' ? body['resourceLocation'] : undefined;
    return json(await session.arm.send(resource ? { method: 'GET', path: resource } : getOf(call)));
  }
  if (call.method === 'POST') {
    if (links.location) return json(await poll(session, links.location));
    return body['properties'] ?? body;
  }
  return undefined;
}

async function followLocation(session: Caller, call: LongCall, location: string): Promise<Json | undefined> {
  let url = location;
  for (;;) {
    const answer = await poll(session, url);
    if (answer.status !== 202) return json(answer);
    url = answer.header('location') ?? url;
    await pause(session, call, answer);
  }
}

async function followResource(session: Caller, call: LongCall): Promise<Json | undefined> {
  for (;;) {
    const answer = await session.arm.send(getOf(call));
    const body = json(answer);
    const state = stateOf(body)?.toLowerCase() ?? 'succeeded';
    if (state === 'succeeded') return body;
    if (finalStates.has(state)) throw new AzError(`The operation ended in state '${stateOf(body)}'.`);
    await pause(session, call, answer);
  }
}

function getOf(call: LongCall): ArmCall {
  return {
    method: 'GET',
    path: call.path,
    ...(call.apiVersion === undefined ? {} : { apiVersion: call.apiVersion }),
    ...(call.query ? { query: call.query } : {}),
  };
}

function poll(session: Caller, url: string): Promise<HttpAnswer> {
  return session.arm.send({ method: 'GET', path: url, headers: { accept: '*/*' } });
}

async function pause(session: Caller, call: LongCall, answer: HttpAnswer): Promise<void> {
  const { clock, signal } = session.context;
  await clock.sleep(retryAfterMs(answer) ?? (call.intervalSeconds ?? defaultIntervalSeconds) * 1000, signal);
  if (signal.aborted) throw new AzError('Long-running operation wait cancelled.');
}

function stateOf(body: Json | undefined): string | undefined {
  const properties = isObject(body) ? body['properties'] : undefined;
  const state = isObject(properties) ? properties['provisioningState'] : undefined;
  return typeof state === 'string' ? state : undefined;
}

function operationError(body: JsonObject): AzError {
  if (isObject(body['error'])) {
    const error = body['error'];
    return new ServiceError(errorText(error), { status: 0, code: String(error['code'] ?? '') });
  }
  return new AzError(`The operation ended in state '${body['status']}'.`);
}

const frames = ['-', '\\', '|', '/'];
const frameMs = 100;

/** A turning bar on a terminal's stderr, so that a person sees that something is under way. */
function startSpinner(session: Caller): { stop(): void } {
  const { stderr, clock } = session.context;
  if (!stderr.isTTY || session.config.flag('core', 'disable_progress_bar')) return { stop() {} };
  let frame = 0;
  let stopped = false;
  const turn = () => {
    if (stopped) return;
    stderr.write(`\u001b[K ${frames[frame++ % frames.length]} Running ..\r`);
    clock.after(frameMs, turn);
  };
  turn();
  return {
    stop() {
      stopped = true;
      stderr.write('\u001b[K');
    },
  };
}
