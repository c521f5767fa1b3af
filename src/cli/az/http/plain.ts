import type { Session } from '../session.ts';
import type { HttpAnswer, HttpCall } from './transport.ts';

/** Sends once, whatever comes back: the manner of `az rest` and of Graph. */
export function sendWithoutRetries(session: Session, call: HttpCall): Promise<HttpAnswer> {
  return session.transport.send(call);
}
