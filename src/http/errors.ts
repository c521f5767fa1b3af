import { CodedError, type ErrorCode, encodeJson } from '../base/index.ts';
import type { HttpResponse } from './contract.ts';

/** The HTTP status of each coded error, for surfaces without an envelope of their own. */
export const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'already-exists': 409,
  conflict: 409,
  'precondition-failed': 412,
  gone: 410,
  'too-large': 413,
  'too-many': 429,
  unsupported: 501,
  unavailable: 503,
  timeout: 504,
  'request-timeout': 408,
  internal: 500,
};

/** A response with a JSON body. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: encodeJson(body),
  };
}

/** `{"code", "message"}` of a coded error; of anything else only that the server failed: details stay in the log. */
export function errorResponse(thrown: unknown): HttpResponse {
  if (thrown instanceof CodedError && thrown.code !== 'internal') {
    return jsonResponse(statusOfCode[thrown.code], { code: thrown.code, message: thrown.message });
  }
  return jsonResponse(500, { code: 'internal', message: 'The server failed to answer; its log says why.' });
}
