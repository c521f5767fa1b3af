import type { Clock, Timer } from './clock.ts';
import { errorMessage } from './errors.ts';
import type { Logger } from './log.ts';

/** Something that goes on for long, and only as long as it would be allowed to begin again. */
export interface Lasting {
  /** What has the same key is judged once for all of it; without one it is judged by itself. */
  readonly key?: string;
  /** Judges by the facts of this moment. Throws the refusal, or whatever keeps it from knowing: both end it. */
  judge(): Promise<void>;
  /** Called once at most, and not after it has left. */
  end(refusal: unknown): void;
}

/** A point among the changes, taken before the first judgement reads a fact. */
export type Moment = number & { readonly moment: unique symbol };

export const lastingAccessLimits = {
  /** Changes that come together are answered together. */
  gatherMs: 50,
  /** Others get their turn after so many judgements. */
  judgedInTurn: 100,
  /** After a round of judgements it rests this many times as long as that took: changes without end cost a part of the time. */
  restFactor: 9,
  /** Yet no right outlives its end by more than this and a round. */
  longestRestMs: 1_000,
} as const;

/** What is judged by one answer. */
interface Group {
  readonly members: Set<Lasting>;
  /** The moment before its last judgement: what changed since is not in that judgement. */
  judgedAt: Moment;
  judging: boolean;
}

/**
 * Ends what goes on when that which allowed it goes. Whoever begins something takes a `moment`, judges, and adds it with
 * that moment: what changed in between is judged again at once. Without a change nothing runs, one judgement that takes long
 * holds up no other, and whoever changes something again and again buys no more than a part of the processor's time.
 */
export class LastingAccess {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #groups = new Map<string | Lasting, Group>();
  #now = momentAt(0);
  #timer: Timer | undefined;
  /** A round of judgements is under way; `again`: one more is to follow it. */
  #round: 'none' | 'one' | 'again' = 'none';
  #restUntilMs = 0;
  #closed = false;

  constructor(options: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  moment(): Moment {
    return this.#now;
  }

  /** Watches over `one`, which was judged after the moment `judgedSince`, until the returned function is called. */
  add(one: Lasting, judgedSince: Moment): () => void {
    const key = one.key ?? one;
    const known = this.#groups.get(key);
    const group = known ?? { members: new Set(), judgedAt: judgedSince, judging: false };
    // A group that is there answers for the newcomer too: whatever it has not been judged by, it will be.
    if (!known) this.#groups.set(key, group);
    group.members.add(one);
    if (group.judgedAt !== this.#now) this.#schedule();
    return () => {
      group.members.delete(one);
      if (group.members.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
    };
  }

  /** Something that judgements rest on is another now. */
  changed(): void {
    this.#now = momentAt(this.#now + 1);
    if (this.#groups.size > 0) this.#schedule();
  }

  /** Judges nothing any more, and ends nothing. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#groups.clear();
  }

  #schedule(): void {
    if (this.#closed) return;
    if (this.#round !== 'none') {
      this.#round = 'again';
      return;
    }
    const restMs = this.#restUntilMs - this.#clock.monotonic();
    this.#timer ??= this.#clock.after(Math.max(lastingAccessLimits.gatherMs, restMs), () => {
      this.#timer = undefined;
      void this.#judgeDue();
    });
  }

  async #judgeDue(): Promise<void> {
    this.#round = 'one';
    const { restFactor, longestRestMs, judgedInTurn } = lastingAccessLimits;
    const beganMs = this.#clock.monotonic();
    let judged = 0;
    for (const [key, group] of [...this.#groups]) {
      if (group.judging || group.judgedAt === this.#now || this.#groups.get(key) !== group) continue;
      void this.#judge(key, group);
      if (++judged % judgedInTurn === 0) await this.#clock.sleep(0);
    }
    const endedMs = this.#clock.monotonic();
    this.#restUntilMs = endedMs + Math.min((endedMs - beganMs) * restFactor, longestRestMs);
    const isDue = this.#isAgain();
    this.#round = 'none';
    if (isDue) this.#schedule();
  }

  /** Set by others while a round waits. */
  #isAgain(): boolean {
    return this.#round === 'again';
  }

  async #judge(key: string | Lasting, group: Group): Promise<void> {
    const [any] = group.members;
    group.judging = true;
    group.judgedAt = this.#now;
    try {
      await any?.judge();
    } catch (refusal) {
      if (this.#groups.get(key) === group) this.#groups.delete(key);
      for (const one of [...group.members]) this.#end(group, one, refusal);
    }
    group.judging = false;
    if (group.members.size > 0 && group.judgedAt !== this.#now) this.#schedule();
  }

  /** One that cannot be ended properly keeps no other from its end. */
  #end(group: Group, one: Lasting, refusal: unknown): void {
    if (!group.members.delete(one)) return;
    try {
      one.end(refusal);
    } catch (thrown) {
      this.#log.error('what is no longer allowed did not end cleanly', { error: errorMessage(thrown) });
    }
  }
}

function momentAt(count: number): Moment {
  // The brand is a name for the compiler; a moment is a count.
  return count as Moment;
}
