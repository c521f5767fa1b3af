import { encodeJson, isObject, type Json, type JsonObject, parseJson } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import { type GraphCall, json, readBody } from './call.ts';
import { graphErrors } from './errors.ts';

/** Source: https://learn.microsoft.com/graph/json-batching */
const batchLimits = { requests: 20 } as const;

interface Inner {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body: Json | undefined;
  readonly headers: ReadonlyMap<string, string>;
  readonly dependsOn: readonly string[];
}

/**
 * Answers `POST /$batch`: each inner request as if it had come alone with the token of the whole, in their order. One that depends
 * on a failed one is answered 424.
 */
export async function answerBatch(
  call: GraphCall,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { requests } = await readBody(call);
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > batchLimits.requests) {
    throw graphErrors.badRequest(`A batch has 1 to ${batchLimits.requests} requests.`);
  }
  const inner = requests.map(readInner);
  if (new Set(inner.map(({ id }) => id)).size < inner.length) {
    throw graphErrors.badRequest('Request Id has to be unique in a batch.');
  }
  const statuses = new Map<string, number>();
  const responses: JsonObject[] = [];
  for (const one of inner) {
    const failed = one.dependsOn.some((id) => (statuses.get(id) ?? 424) >= 400);
    const response = failed
      ? dependencyFailed(one)
      : await showInner(one, await answer(asRequest(one, call)));
    statuses.set(one.id, Number(response.status));
    responses.push(response);
  }
  return json(200, { responses });
}

function readInner(sent: Json): Inner {
  const { id, method, url, body, headers, dependsOn } = isObject(sent) ? sent : {};
  if (typeof id !== 'string' || id === '' || typeof method !== 'string' || typeof url !== 'string') {
    throw graphErrors.badRequest("A request of a batch has the texts 'id', 'method' and 'url'.");
  }
  const named = isObject(headers) ? Object.entries(headers) : [];
  return {
    id,
    method: method.toUpperCase(),
    url: `/${url.replace(/^\/+/, '')}`,
    body,
    headers: new Map(named.map(([name, value]) => [name.toLowerCase(), String(value)])),
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  };
}

function asRequest({ method, url, body, headers }: Inner, { request }: GraphCall): HttpRequest {
  const [path = '', ...queries] = url.split('?');
  const rawQuery = queries.join('?');
  const bytes = body === undefined || body === null ? new Uint8Array() : encodeJson(body);
  return {
    method,
    path: `/v1.0${path}`,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    // Who asks is said once, by the batch.
    header: (name) => (name === 'authorization' ? request.header(name) : headers.get(name)),
    headerLines: () => [],
    connection: request.connection,
    signal: request.signal,
    body: async () => bytes,
  };
}

async function showInner({ id }: Inner, { status, headers, body }: HttpResponse): Promise<JsonObject> {
  const type = String(headers?.['content-type'] ?? '');
  const bytes = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
  const shown: JsonObject = { id, status, headers: type === '' ? {} : { 'Content-Type': type } };
  if (bytes !== '') shown.body = type.startsWith('application/json') ? parseJson(bytes) : bytes;
  return shown;
}

function dependencyFailed({ id }: Inner): JsonObject {
  const message = 'One of the requests that this one depends on failed.';
  return { id, status: 424, headers: {}, body: { error: { code: 'FailedDependency', message } } };
}
