import { isObject, type Json, type JsonObject, parseJson } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import type { HttpAnswer } from './transport.ts';

export interface ArmCall {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE' | 'HEAD';
  /** A path below the estate's Resource Manager, or an absolute URL (followed verbatim). */
  readonly path: string;
  readonly apiVersion?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are no error; default all below 400. */
  readonly accept?: readonly number[];
  /** Ask without a token. */
  readonly anonymous?: boolean;
}

/** The URL of a call. */
export function armUrl(origin: string, call: Pick<ArmCall, 'path' | 'apiVersion' | 'query'>): string {
  const url = /^https?:\/\//i.test(call.path) ? call.path : origin + call.path;
  const pairs: string[] = [];
  if (call.apiVersion !== undefined) pairs.push(`api-version=${encodeURIComponent(call.apiVersion)}`);
  for (const [key, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) pairs.push(`${key}=${encodeURIComponent(value)}`);
  }
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** The JSON body of an answer; undefined when it is empty. */
export function json(answer: HttpAnswer): Json | undefined {
  if (answer.body.length === 0) return undefined;
  try {
    return parseJson(answer.text);
  } catch {
    throw new AzError('JSON is invalid: Expecting value: line 1 column 1 (char 0)');
  }
}

/** The JSON object of an answer. */
export function jsonObject(answer: HttpAnswer): JsonObject {
  const value = json(answer);
  return isObject(value) ? value : {};
}

export interface LongCall extends ArmCall {
  /** Return as soon as the service took the request. */
  readonly noWait?: boolean | undefined;
  /** Pause between polls when the service names none. */
  readonly intervalSeconds?: number;
  /** Called once the service took the request. */
  readonly onAccepted?: () => void;
}
