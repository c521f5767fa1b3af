import type { Caller } from './caller.ts';
import type { HttpAnswer, HttpCall } from './transport.ts';

/** Sends once, whatever comes back: the manner of `az rest` and of Graph. */
export function sendWithoutRetries(session: Caller, call: HttpCall): Promise<HttpAnswer> {
  return session.transport.send(call);
}
