import type { Clock, Random } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import { identityLimits } from '../limits.ts';
import type { Dialect } from '../tokens/answers.ts';
import type { LoginError } from './errors.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One request to a login endpoint, its path already read. */
export interface Exchange {
  readonly request: HttpRequest;
  /** Query parameters, and those of the form body, which win. */
  readonly parameters: URLSearchParams;
  /** As in the path: `organizations`, `common`, the tenant's id or domain; empty under `/adfs` without one. */
  readonly tenantSegment: string;
  readonly dialect: Dialect;
  /** What follows a fixed path, e.g. the user of `userrealm`. */
  readonly rest: string;
  readonly correlationId: string;
}

/** All parameters of a request, which is either a form or a query. */
export async function readParameters(request: HttpRequest): Promise<URLSearchParams> {
  const parameters = new URLSearchParams(request.rawQuery);
  if (request.method !== 'POST') return parameters;
  const body = await request.body(identityLimits.loginBodyBytes);
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString())) parameters.set(name, value);
  return parameters;
}

/** The caller's own id for the conversation, when it is one. */
export function correlationIdOf(request: HttpRequest, random: Random): string {
  const sent = request.header('client-request-id');
  return sent !== undefined && uuid.test(sent) ? sent : random.uuid();
}

/** A JSON answer that nobody keeps. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

export interface ErrorContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly login: string;
  readonly correlationId: string;
}

/** Entra's error body, also used for the parameters of an error redirect. */
export function errorBody(error: LoginError, { clock, random, login, correlationId }: ErrorContext) {
  const timestamp = `${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const traceId = random.uuid();
  return {
    error: error.error,
    error_description: `${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.number],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${login}/error?code=${error.number}`,
  };
}
