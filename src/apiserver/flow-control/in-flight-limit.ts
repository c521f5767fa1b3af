import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import { Arrivals } from './arrivals.ts';
import { type Asked, type Entry, type FlowGate, isStream, refusedWith, tooManyRequests } from './gate.ts';

/** Requests at work at the same time; 0: any number. */
export interface InFlightLimit {
  readonly reads: number;
  readonly writes: number;
}

const readVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** The two limits of a server without priority and fairness: what is above them is refused, but for members of `system:masters`. */
export class InFlightGate implements FlowGate {
  readonly #limit: InFlightLimit;
  readonly #running = { reads: 0, writes: 0 };
  readonly #arrivals = new Arrivals();

  constructor(limit: InFlightLimit) {
    this.#limit = limit;
  }

  enter(_request: HttpRequest, asked: Asked): Entry | Promise<Entry | undefined> | undefined {
    const { info, user, body } = asked;
    if (info.verb === 'watch' || isStream(info)) return undefined;
    if (!body || user.groups.includes('system:masters')) return this.#enter(asked);
    const arrival = this.#arrivals.begin(user.username, body);
    if (arrival === 'too many') return refused;
    if (!arrival) return this.#enter(asked);
    return arrival.whole.then(() => this.#enter(asked)).finally(() => arrival.over());
  }

  #enter({ info, user }: Asked): Entry | undefined {
    const kind = readVerbs.has(info.verb) ? 'reads' : 'writes';
    if (this.#limit[kind] === 0) return undefined;
    if (this.#running[kind] >= this.#limit[kind]) {
      return user.groups.includes('system:masters') ? undefined : refused;
    }
    this.#running[kind]++;
    const leave = (answer: HttpResponse) => {
      this.#running[kind]--;
      return answer;
    };
    return { flow: undefined, refusal: undefined, waitedMs: 0, leave };
  }
}

const refused = refusedWith(tooManyRequests(1));
