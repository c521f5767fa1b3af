import { type Answer, type Ask, objectOf, type Send } from './ask.ts';
import { compare, type Verdict } from './compare.ts';
import { Counterparts } from './counterparts.ts';

/** One request that both servers answered. */
export interface Compared {
  /** What kind of request, the first grouping of the report. */
  readonly section: string;
  readonly ask: Ask;
  readonly real: Answer;
  readonly ours: Answer;
  readonly verdict: Verdict;
  /** Nothing differs at all. */
  readonly equal: boolean;
}

/** Requests that are the same, or one for each server where the body holds what that server chose. */
export type Asked = Ask | readonly [real: Ask, ours: Ask];

const mostRepeats = 12;

/** Sends every request to both servers and keeps what they answered. */
export class Comparison {
  readonly all: Compared[] = [];
  readonly #real: Send;
  readonly #ours: Send;
  readonly #counterparts: Counterparts;

  constructor(real: Send, ours: Send, begunMs: number) {
    this.#real = real;
    this.#ours = ours;
    this.#counterparts = new Counterparts(begunMs);
  }

  async ask(section: string, asked: Asked): Promise<Compared> {
    const [there, here] = Array.isArray(asked) ? asked : [asked, asked];
    const [real, ours] = await Promise.all([this.#real(there), this.#ours(here)]);
    let verdict = compare(real, ours, this.#counterparts);
    const mayRepeat = changesNothing(there, real) && changesNothing(here, ours);
    // Where the real server itself answers sometimes so and sometimes so (Go's maps have no order), each of its answers is right.
    for (let again = 0; again < mostRepeats && mayRepeat && !isEqual(verdict); again++) {
      const other = compare(await this.#real(there), ours, this.#counterparts);
      if (isEqual(other)) verdict = other;
    }
    const compared = { section, ask: there, real, ours, verdict, equal: isEqual(verdict) };
    this.all.push(compared);
    return compared;
  }

  /** Sends to both without comparing: what only prepares or clears away. */
  async quietly(ask: Ask): Promise<{ real: Answer; ours: Answer }> {
    const [real, ours] = await Promise.all([this.#real(ask), this.#ours(ask)]);
    return { real, ours };
  }
}

function isEqual({ status, body, managedFields, headers }: Verdict): boolean {
  return status && body.length === 0 && managedFields.length === 0 && headers.length === 0;
}

function changesNothing({ method, path }: Ask, { status }: Answer): boolean {
  return status >= 400 || method === 'GET' || path.includes('dryRun=All');
}

/** What both servers keep now, each in its own words; undefined unless both have it. */
export function bothObjects({ real, ours }: { real: Answer; ours: Answer }) {
  if (real.status >= 300 || ours.status >= 300) return undefined;
  return { real: objectOf(real), ours: objectOf(ours) };
}
