import type { Caller } from './caller.ts';
import { ConnectionError, type HttpAnswer, type HttpCall } from './transport.ts';

const retriedStatuses = new Set([408, 429, 500, 502, 503, 504]);
const mostRetries = 3;
const firstDelayMs = 800;

/** Sends; repeats when the connection fails or the service says to come again later. */
export async function sendWithRetries(session: Caller, call: HttpCall): Promise<HttpAnswer> {
  const { clock, signal } = session.context;
  for (let retry = 0; ; retry++) {
    let answer: HttpAnswer | undefined;
    try {
      answer = await session.transport.send(call);
      if (!retriedStatuses.has(answer.status) || retry === mostRetries) return answer;
    } catch (thrown) {
      if (!(thrown instanceof ConnectionError) || !thrown.retryable || retry === mostRetries) throw thrown;
    }
    const asked = answer ? retryAfterMs(answer) : undefined;
    // The first repeat follows at once, later ones after doubling pauses.
    await clock.sleep(asked ?? (retry === 0 ? 0 : firstDelayMs * 2 ** (retry - 1)), signal);
    signal.throwIfAborted();
  }
}

/** The pause that an answer asks for; undefined when it asks for none (zero counts as none). */
export function retryAfterMs(answer: HttpAnswer): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = Number(answer.header(name));
    if (milliseconds > 0) return milliseconds;
  }
  const seconds = Number(answer.header('retry-after'));
  return seconds > 0 ? seconds * 1000 : undefined;
}
