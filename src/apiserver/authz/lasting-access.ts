import type { Clock, Timer } from '../../base/index.ts';

/** A request that goes on for long and may only as long as it would be allowed again. */
export interface LastingRequest {
  /** Asks again; a changed identity is looked at afresh. Rejects or gives false when it is over. */
  stillAllowed(identityChanged: boolean): Promise<boolean>;
  end(): void;
}

const lastingAccessLimits = {
  /** Changes that come together are answered together. */
  gatherMs: 50,
  /** Others get their turn after so many questions. */
  questionsInTurn: 100,
} as const;

/**
 * Ends requests that go on when what allowed them goes. Events cost nothing: only a change of rights or identities
 * makes it ask, once for all changes of a moment.
 */
export class LastingAccess {
  readonly #clock: Clock;
  readonly #requests = new Set<LastingRequest>();
  #timer: Timer | undefined;
  #asking = false;
  /** Something came up while it asked. */
  #askAgain = false;
  #identityChanged = false;
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts changes: taken before the first question, it tells whether one was missed since. */
  get changes(): number {
    return this.#changes;
  }

  /** Watches over a request until the returned function is called. */
  add(request: LastingRequest, askedAt: number): () => void {
    this.#requests.add(request);
    if (askedAt !== this.#changes) {
      this.#identityChanged = true;
      this.#schedule();
    }
    return () => this.#requests.delete(request);
  }

  rightsChanged(): void {
    this.#changes++;
    if (this.#requests.size > 0) this.#schedule();
  }

  identitiesChanged(): void {
    this.#identityChanged = true;
    this.rightsChanged();
  }

  close(): void {
    this.#timer?.cancel();
    this.#requests.clear();
  }

  #schedule(): void {
    if (this.#asking) this.#askAgain = true;
    else this.#timer ??= this.#clock.after(lastingAccessLimits.gatherMs, () => this.#ask());
  }

  #ask(): void {
    this.#timer = undefined;
    this.#asking = true;
    // One that cannot be ended properly is out of the set; the others are asked all the same.
    this.#askAll()
      .catch(() => {
        this.#askAgain = true;
      })
      .finally(() => {
        this.#asking = false;
        const again = this.#askAgain && this.#requests.size > 0;
        this.#askAgain = false;
        if (again) this.#schedule();
      });
  }

  async #askAll(): Promise<void> {
    const identityChanged = this.#identityChanged;
    this.#identityChanged = false;
    let asked = 0;
    for (const request of [...this.#requests]) {
      if (!this.#requests.has(request)) continue;
      const allowed = await request.stillAllowed(identityChanged).catch(() => false);
      if (!allowed && this.#requests.delete(request)) request.end();
      if (++asked % lastingAccessLimits.questionsInTurn === 0) await this.#clock.sleep(0);
    }
  }
}
