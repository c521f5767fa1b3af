import { CodedError, errorMessage, type Logger, type Random } from '../base/index.ts';
import type { HttpResponse } from './contract.ts';
import { errorResponse } from './errors.ts';
import type { Filter } from './router.ts';

/** Adds a header with a fresh id to each response that does not carry one. */
export function addRequestId(options: { readonly random: Random; readonly header?: string }): Filter {
  const { random, header = 'x-request-id' } = options;
  return async (request, next) => {
    const response = await next(request);
    return response.headers?.[header] === undefined ? withHeader(response, header, random.uuid()) : response;
  };
}

/** Turns what handlers throw into plain JSON errors; what nobody foresaw goes to the log. */
export function answerErrors(log: Logger): Filter {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (thrown) {
      const response = errorResponse(thrown);
      if (response.status >= 500) logFailure(log, request, thrown);
      return response;
    }
  };
}

export function logFailure(
  log: Logger,
  request: { readonly method: string; readonly path: string },
  thrown: unknown,
): void {
  log.error('a request failed', {
    method: request.method,
    path: request.path,
    error: errorMessage(thrown),
    detail: thrown instanceof CodedError ? thrown.detail : undefined,
    stack: thrown instanceof Error ? thrown.stack : undefined,
  });
}

/** The response with one header more. */
export function withHeader(response: HttpResponse, name: string, value: string): HttpResponse {
  return { ...response, headers: { ...response.headers, [name]: value } };
}
