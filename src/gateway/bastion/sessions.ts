import { type Clock, CodedError, type Random, type Timer } from '../../base/index.ts';
import type { Ending } from '../ending.ts';
import { gatewayLimits } from '../limits.ts';
import type { Admission } from './admission.ts';

/**
 * A session: `issued` until its WebSocket comes or its time is over, `connected` while its tunnel is open, then `ended`:
 * its name is kept for a while so that a late DELETE finds it.
 */
export type Session = {
  readonly authToken: string;
  readonly webSocketToken: string;
  readonly endpointId: string;
  readonly admission: Admission;
  /** Stops watching over it. */
  readonly leave: () => void;
} & (
  | { state: 'issued'; readonly expiry: Timer }
  | { state: 'connected'; readonly closeTunnel: (ending?: Ending) => void }
  | { state: 'ended'; readonly ending: Ending | undefined; readonly forget: Timer }
);

type Facts = Pick<Session, 'authToken' | 'webSocketToken' | 'endpointId' | 'admission' | 'leave'>;

/** Begins to watch over a session, by its `authToken`; what it returns ends that. */
type WatchOver = (authToken: string) => () => void;

const tokenBytes = 32;

/** All sessions of the gateway; states change only here. */
export class BastionSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #byAuthToken = new Map<string, Session>();
  readonly #byWebSocketToken = new Map<string, Session>();
  readonly #liveByCaller = new Map<string, number>();
  readonly #ended = new Set<Session>();
  #live = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Sessions that are issued or connected. */
  get live(): number {
    return this.#live;
  }

  /** From here on `watchOver` guards the session, until it ends. Throws `too-many`. */
  issue(endpointId: string, admission: Admission, watchOver: WatchOver): Session {
    const ofCaller = this.#liveByCaller.get(admission.callerId) ?? 0;
    if (ofCaller >= gatewayLimits.sessionsPerCaller) {
      throw new CodedError('too-many', `You have ${ofCaller} sessions open, as many as one caller may have.`);
    }
    if (this.#live >= gatewayLimits.sessionsPerGateway) {
      throw new CodedError('too-many', 'The gateway has as many sessions as it serves; try again shortly.');
    }
    const authToken = this.#token();
    const leave = watchOver(authToken);
    const facts = { authToken, webSocketToken: this.#token(), endpointId, admission, leave };
    const expiry = this.#clock.after(gatewayLimits.webSocketTokenMs, () => this.end(session));
    const session: Session = { ...facts, state: 'issued', expiry };
    this.#byAuthToken.set(session.authToken, session);
    this.#byWebSocketToken.set(session.webSocketToken, session);
    this.#count(session, 1);
    return session;
  }

  /** Takes a WebSocket token: it works once, in time, at the endpoint that gave it. Else throws `unauthenticated`. */
  redeem(endpointId: string, webSocketToken: string, closeTunnel: (ending?: Ending) => void): Session {
    const issued = this.#byWebSocketToken.get(webSocketToken);
    if (issued?.state !== 'issued' || issued.endpointId !== endpointId) {
      throw new CodedError('unauthenticated', 'The websocket token is unknown, expired or already used.');
    }
    issued.expiry.cancel();
    this.#byWebSocketToken.delete(webSocketToken);
    const session: Session = { ...factsOf(issued), state: 'connected', closeTunnel };
    this.#byAuthToken.set(session.authToken, session);
    return session;
  }

  /** The session of an authToken; undefined once it is forgotten. */
  find(endpointId: string, authToken: string): Session | undefined {
    const session = this.#byAuthToken.get(authToken);
    return session?.endpointId === endpointId ? session : undefined;
  }

  /** Sessions that are issued or connected, one after the other. */
  *open(): IterableIterator<Session> {
    for (const session of this.#byAuthToken.values()) if (session.state !== 'ended') yield session;
  }

  /** Ends a session and closes its tunnel. Nothing happens when it has ended. */
  end({ authToken }: Pick<Facts, 'authToken'>, ending?: Ending): void {
    const session = this.#byAuthToken.get(authToken);
    if (!session || session.state === 'ended') return;
    session.leave();
    this.#count(session, -1);
    this.#byWebSocketToken.delete(session.webSocketToken);
    const forget = this.#clock.after(gatewayLimits.endedSessionMs, () => this.forget(ended));
    const ended: Session = { ...factsOf(session), state: 'ended', ending, forget };
    this.#byAuthToken.set(authToken, ended);
    this.#ended.add(ended);
    const [oldest] = this.#ended;
    if (oldest && this.#ended.size > gatewayLimits.endedSessionsKept) this.forget(oldest);
    if (session.state === 'issued') session.expiry.cancel();
    else session.closeTunnel(ending);
  }

  forget(session: Session, ending?: Ending): void {
    this.end(session, ending);
    const ended = this.#byAuthToken.get(session.authToken);
    if (ended?.state !== 'ended') return;
    ended.forget.cancel();
    this.#ended.delete(ended);
    this.#byAuthToken.delete(ended.authToken);
  }

  /** Ends the sessions of which `concerned` is true. */
  endWhere(concerned: (session: Session) => boolean, ending?: Ending): void {
    for (const session of [...this.open()]) if (concerned(session)) this.end(session, ending);
  }

  close(ending?: Ending): void {
    for (const session of [...this.#byAuthToken.values()]) this.forget(session, ending);
  }

  #count({ admission }: Session, step: 1 | -1): void {
    this.#live += step;
    const ofCaller = (this.#liveByCaller.get(admission.callerId) ?? 0) + step;
    if (ofCaller === 0) this.#liveByCaller.delete(admission.callerId);
    else this.#liveByCaller.set(admission.callerId, ofCaller);
  }

  #token(): string {
    return Buffer.from(this.#random.bytes(tokenBytes)).toString('base64url');
  }
}

function factsOf({ authToken, webSocketToken, endpointId, admission, leave }: Facts): Facts {
  return { authToken, webSocketToken, endpointId, admission, leave };
}
