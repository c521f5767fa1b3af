import { CodedError, errorMessage, type Logger } from '../base/index.ts';
import { errorResponse } from './errors.ts';
import type { Filter } from './router.ts';

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
