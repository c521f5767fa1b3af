import type { Logger } from '../../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../contract.ts';
import { errorResponse } from '../errors.ts';
import { logFailure } from '../filters.ts';
import { abandon } from './outgoing.ts';

/** Runs the handler and hands its response to `respond`; never fails. */
export type Answer = (request: HttpRequest, respond: (response: HttpResponse) => void) => void;

/** A handler that answers at once is responded to in the same turn. */
export function createAnswer(handler: Handler, log: Logger): Answer {
  const fail = (request: HttpRequest, thrown: unknown): HttpResponse => {
    const response = errorResponse(thrown);
    if (response.status >= 500) logFailure(log, request, thrown);
    return response;
  };
  return (request, respond) => {
    const send = (response: HttpResponse) => {
      try {
        respond(response);
      } catch (thrown) {
        // A response that cannot be written, such as a header with a line break.
        logFailure(log, request, thrown);
        if (request.method !== 'HEAD') abandon(response);
        tryRespond(respond, errorResponse(thrown));
      }
    };
    try {
      const result = handler(request);
      if (!(result instanceof Promise)) send(result);
      else result.then(send, (thrown) => send(fail(request, thrown)));
    } catch (thrown) {
      send(fail(request, thrown));
    }
  };
}

function tryRespond(respond: (response: HttpResponse) => void, response: HttpResponse): void {
  try {
    respond(response);
  } catch {
    // The headers are out already: the connection's own error handling ends it.
  }
}
