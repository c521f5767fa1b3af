import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { type ArmCall, armUrl, json, jsonObject, type LongCall } from './arm-call.ts';
import type { Caller } from './caller.ts';
import { requestHeaders } from './headers.ts';
import { sendWithRetries } from './retry.ts';
import type { HttpAnswer } from './transport.ts';

/** Client of Resource Manager: tokens, retries, error texts, paging and long operations. */
export class ArmClient {
  readonly #session: Caller;

  constructor(session: Caller) {
    this.#session = session;
  }

  /** Sends one request. Throws ServiceError with the service's own words when it is refused. */
  async send(call: ArmCall): Promise<HttpAnswer> {
    const session = this.#session;
    const url = armUrl(session.estate.resourceManager, call);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const attempt = async (claims?: string): Promise<HttpAnswer> => {
      const token = call.anonymous
        ? undefined
        : await session.token(session.estate.audience, claims === undefined ? {} : { claims });
      return sendWithRetries(session, {
        method: call.method,
        url,
        headers: {
          ...requestHeaders(session.headers, session.context.random.uuid()),
          accept: 'application/json',
          ...(token ? { authorization: `Bearer ${token.accessToken}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
        },
        ...(body === undefined ? (call.method === 'POST' ? { body: '' } : {}) : { body }),
      });
    };
    const answer = await attempt();
    if (accepted(answer, call)) return answer;
    return this.#secondChance(answer, call, attempt);
  }

  /** A refused call that may pass once claims are renewed or a provider is registered. */
  async #secondChance(
    refused: HttpAnswer,
    call: ArmCall,
    attempt: (claims?: string) => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> {
    const { challengeClaims, registerProvider } = await import('./second-chance.ts');
    const claims = refused.status === 401 ? challengeClaims(refused) : undefined;
    let answer = refused;
    if (claims !== undefined) answer = await attempt(claims);
    else if (await registerProvider(this.#session, refused)) answer = await attempt();
    if (accepted(answer, call)) return answer;
    const { serviceError } = await import('./service-errors.ts');
    throw serviceError(answer);
  }

  /** The JSON body of a GET. */
  async get(path: string, apiVersion: string, query?: ArmCall['query']): Promise<JsonObject> {
    return jsonObject(await this.send({ method: 'GET', path, apiVersion, ...(query ? { query } : {}) }));
  }

  /** All items of a list, over its pages. */
  async list(path: string, apiVersion: string, query?: ArmCall['query']): Promise<JsonObject[]> {
    const items: JsonObject[] = [];
    let page = await this.get(path, apiVersion, query);
    for (;;) {
      if (Array.isArray(page['value'])) items.push(...page['value'].filter(isObject));
      const next = page['nextLink'];
      if (typeof next !== 'string' || next === '') return items;
      page = jsonObject(await this.send({ method: 'GET', path: next }));
    }
  }

  /** The JSON answer of a POST that is done at once; undefined when it has no body. */
  async post(path: string, apiVersion: string, body?: Json): Promise<Json | undefined> {
    const call = { method: 'POST' as const, path, apiVersion, ...(body === undefined ? {} : { body }) };
    return json(await this.send(call));
  }

  /** A request that may start a long operation; resolves with the final state, or at once with `noWait`. */
  async long(call: LongCall): Promise<Json | undefined> {
    const { runLong } = await import('./operations.ts');
    return runLong(this.#session, call);
  }
}

function accepted(answer: HttpAnswer, call: ArmCall): boolean {
  return call.accept ? call.accept.includes(answer.status) : answer.status < 400;
}
