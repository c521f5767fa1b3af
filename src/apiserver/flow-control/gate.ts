import type { UserInfo } from '../../apimachinery/contract.ts';
import type { BodyHolder, HttpRequest, HttpResponse } from '../../http/contract.ts';
import type { RequestInfo } from '../request/request-info.ts';

/** Decides when a request is worked on, and whether at all. */
export interface FlowGate {
  /** Undefined: such requests are not counted. A promise of a request that has to wait, or whose body is waited for. */
  enter(request: HttpRequest, about: Asked): Entry | Promise<Entry | undefined> | undefined;
}

/** Who asks for what. */
export interface Asked {
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Takes the body; undefined: there is none, or nobody here reads it. */
  readonly body: ((holder: BodyHolder) => Promise<unknown>) | undefined;
}

/** A request that came to the gate. */
export interface Entry {
  /** Which schema and level answers name; undefined: they name none. */
  readonly flow: { readonly schemaUid: string; readonly levelUid: string } | undefined;
  /** What is answered instead of working on it; then it has left already. */
  readonly refusal: HttpResponse | undefined;
  readonly waitedMs: number;
  /** Call it once with the answer, however the request went; returns what is answered. */
  leave(answer: HttpResponse): HttpResponse;
}

export function refusedWith(refusal: HttpResponse, flow?: Entry['flow']): Entry {
  return { flow, refusal, waitedMs: 0, leave: (answer) => answer };
}

/** Subresources that go on for as long as their callers like. */
const streams: ReadonlySet<string> = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Whether a request goes on for long and is no watch: those are not held to any number here. */
export function isStream(info: RequestInfo): boolean {
  return info.kind === 'resource' && (info.verb === 'proxy' || streams.has(info.subresource));
}

/** As the real server says it, in text. */
export function tooManyRequests(retryAfterSeconds: number): HttpResponse {
  return {
    status: 429,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'retry-after': String(retryAfterSeconds),
    },
    body: Buffer.from('Too many requests, please try again later.\n'),
  };
}
