import { CodedError, decodeJson, isObject, type JsonObject } from '../base/index.ts';
import { statusOfCode } from '../http/index.ts';
import type { Environment, Environments } from './environments.ts';

/** A request as it came, and the answer as it goes: how it is carried is up to the caller. */
export interface ControlRequest {
  readonly method: string;
  /** Without a query. */
  readonly path: string;
  readonly body: Uint8Array;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops what was started, for when nobody is there any more to hear of it. */
  readonly takeBack?: () => Promise<void>;
}

/** Of a request. */
export const controlBodyBytes = 64 * 1024;

/**
 * Answers the calls that start, fork and stop environments; who may ask is not judged here. An error is
 * `{ "error": { "code", "message" } }`. Source: docs/guides/environments.md
 */
export async function answerControl(
  request: ControlRequest,
  environments: Environments,
): Promise<ControlAnswer> {
  try {
    return await route(request, environments);
  } catch (thrown) {
    return refusal(thrown);
  }
}

/** What anything that was thrown is answered with. */
export function refusal(thrown: unknown): ControlAnswer {
  if (thrown instanceof CodedError) return failure(statusOfCode[thrown.code], thrown.code, thrown.message);
  return failure(500, 'internal', thrown instanceof Error ? thrown.message : String(thrown));
}

function failure(status: number, code: string, message: string): ControlAnswer {
  return { status, body: { error: { code, message } } };
}

async function route(
  { method, path, body }: ControlRequest,
  environments: Environments,
): Promise<ControlAnswer> {
  const [root, collection, id, action, ...more] = path.split('/');
  if (root !== '' || collection !== 'environments' || more.length > 0 || id === '') return nothing(path);
  if (id === undefined) {
    if (method === 'GET') return { status: 200, body: { environments: environments.list().map(shortly) } };
    if (method === 'POST') return created(await environments.start(optionsIn(body)), environments);
    return notAllowed(method, path, 'GET, POST');
  }
  if (action === undefined) {
    if (method === 'GET') return { status: 200, body: whole(environments.get(id)) };
    if (method !== 'DELETE') return notAllowed(method, path, 'GET, DELETE');
    await environments.stop(id);
    return { status: 204 };
  }
  if (action !== 'fork') return nothing(path);
  if (method !== 'POST') return notAllowed(method, path, 'POST');
  return created(await environments.fork(id, optionsIn(body)), environments);
}

function optionsIn(body: Uint8Array): JsonObject {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = decodeJson(body);
  } catch {
    // Answered below.
  }
  if (isObject(value)) return value;
  throw new CodedError('invalid', 'The body is not a JSON object.');
}

function created(environment: Environment, environments: Environments): ControlAnswer {
  const { id } = environment;
  return {
    status: 201,
    body: whole(environment),
    headers: { location: `/environments/${id}` },
    takeBack: () => environments.stop(id),
  };
}

function shortly({ id, server }: Environment): JsonObject {
  return { id, url: server.url };
}

function whole(environment: Environment): JsonObject {
  const { kubeconfig, ca, token } = environment.server;
  return { ...shortly(environment), kubeconfig, ca, token };
}

function nothing(path: string): ControlAnswer {
  return failure(404, 'not-found', `Nothing is served at ${path}.`);
}

function notAllowed(method: string, path: string, allow: string): ControlAnswer {
  return { ...failure(405, 'invalid', `${path} does not take ${method}.`), headers: { allow } };
}
