import { CodedError, errorCode, errorMessage, type Logger } from '../base/index.ts';

/** Why a tunnel or relay connection is ended from this side; the peer reads it in the WebSocket's close frame. */
export interface Ending {
  /** RFC 6455, section 7.4.1: 1008 when a right is gone, 1001 when the server or the target goes away. */
  readonly closeCode: 1008 | 1001;
  /** A sentence for the person at the tunnel, at most 123 bytes. */
  readonly reason: string;
}

/** Close codes with a sentence that the person should see. */
export const endingCodes: readonly number[] = [1008, 1001];

/** What allowed it is gone. */
export function revoked(reason: string): Ending {
  return { closeCode: 1008, reason };
}

/** The server or the target goes away. */
export function goneAway(reason: string): Ending {
  return { closeCode: 1001, reason };
}

/** A refusal of an admission; `brief` is what fits into a close frame when it comes later. */
export class Refusal extends CodedError {
  readonly brief: string;

  constructor(code: CodedError['code'], message: string, brief = message) {
    super(code, message);
    this.name = 'Refusal';
    this.brief = brief;
  }
}

/** The ending for whatever a new look at an admission threw. */
export function endingOf(thrown: unknown): Ending {
  if (thrown instanceof Refusal) return revoked(thrown.brief);
  if (thrown instanceof CodedError) return revoked(thrown.message);
  // Nobody can say that it is still allowed.
  return revoked('Whether this connection is still allowed could not be found out.');
}

/** A new judgement of something that is open; a failure that is no refusal is told to those who run the server. */
export async function judged(judgement: Promise<void>, log: Logger): Promise<void> {
  try {
    await judgement;
  } catch (thrown) {
    if (errorCode(thrown) === 'internal')
      log.error('whether something may stay open could not be judged', { error: errorMessage(thrown) });
    throw thrown;
  }
}
