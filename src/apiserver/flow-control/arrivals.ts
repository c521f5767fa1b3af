const arrivalLimits = {
  /** Requests of one cluster whose bodies are on their way. One user may have half of what the others leave. */
  requests: 5_000,
} as const;

/**
 * Requests whose bodies are on their way: they take no seat before those are whole, or whoever sends slowly would keep the seats of
 * a level. How long a body may take and what all of them may weigh is limited where they are read.
 */
export class Arrivals {
  readonly #byUser = new Map<string, number>();
  #count = 0;

  /** Resolves once the body is whole or never will be, as whoever reads it hears; undefined: too many are on their way. */
  until(username: string, body: () => Promise<unknown>): Promise<void> | undefined {
    const own = this.#byUser.get(username) ?? 0;
    if (own >= arrivalLimits.requests - this.#count) return undefined;
    this.#byUser.set(username, own + 1);
    this.#count++;
    const over = () => this.#over(username);
    return body().then(over, over);
  }

  #over(username: string): void {
    this.#count--;
    const left = (this.#byUser.get(username) ?? 0) - 1;
    if (left > 0) this.#byUser.set(username, left);
    else this.#byUser.delete(username);
  }
}
