import { isObject, type Json, type JsonObject, parseJson } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { requestHeaders } from './headers.ts';

/** Graph said no. */
export class GraphError extends AzError {
  readonly status: number;

  constructor(message: string, { status, exitCode }: { readonly status: number; readonly exitCode: number }) {
    super(message, { exitCode });
    this.status = status;
  }
}

export interface GraphCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path below `/v1.0`, or an absolute URL. */
  readonly path: string;
  readonly body?: Json;
  /** True for `show` commands: with them alone what is not there has an exit code of its own. */
  readonly shows?: boolean;
}

/** One Graph request; undefined when the answer has no body. No retries. A refusal's own message is all that is thrown. */
export async function callGraph(session: Caller, call: GraphCall): Promise<JsonObject | undefined> {
  const { estate, transport, context } = session;
  const token = await session.token(`${estate.graph}/`);
  const url = call.path.startsWith('https:') ? call.path : `${estate.graph}/v1.0${call.path}`;
  const answer = await transport.send({
    method: call.method,
    url,
    headers: {
      ...requestHeaders(session.headers, context.random.uuid()),
      accept: '*/*',
      authorization: `Bearer ${token.accessToken}`,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const body = answer.body.length === 0 ? undefined : parse(answer.text);
  if (answer.status >= 400) {
    const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
    const exitCode = call.shows && answer.status === 404 ? 3 : 1;
    throw new GraphError(String(error['message'] ?? answer.reason), { status: answer.status, exitCode });
  }
  return isObject(body) ? body : undefined;
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new AzError(`Graph answered something that is no JSON: ${text}`);
  }
}

/** All items of a Graph list, over its pages. `filter` is an OData expression. */
export async function listGraph(session: Caller, path: string, filter?: string): Promise<JsonObject[]> {
  const items: JsonObject[] = [];
  let next: string | undefined =
    filter === undefined ? path : `${path}?$filter=${encodeURIComponent(filter).replace(/'/g, '%27')}`;
  while (next !== undefined) {
    const page: JsonObject = (await callGraph(session, { method: 'GET', path: next })) ?? {};
    if (Array.isArray(page['value'])) items.push(...page['value'].filter(isObject));
    const link: Json | undefined = page['@odata.nextLink'];
    next = typeof link === 'string' ? link : undefined;
  }
  return items;
}

/** A text inside an OData literal. */
export function odata(text: string): string {
  return text.replace(/'/g, "''");
}

/** One object by its path; undefined when there is none. */
export async function findGraph(session: Caller, path: string): Promise<JsonObject | undefined> {
  try {
    return await callGraph(session, { method: 'GET', path });
  } catch (thrown) {
    if (thrown instanceof GraphError && thrown.status === 404) return undefined;
    throw thrown;
  }
}

/** Directory objects by their ids; unknown ones are left out. */
export async function objectsByIds(session: Caller, ids: readonly string[]): Promise<JsonObject[]> {
  const answer = await callGraph(session, {
    method: 'POST',
    path: '/directoryObjects/getByIds',
    body: { ids: [...ids], types: ['user', 'group', 'servicePrincipal', 'directoryObjectPartnerReference'] },
  });
  return Array.isArray(answer?.['value']) ? answer['value'].filter(isObject) : [];
}
