const arrivalLimits = {
  /** Requests of one level whose bodies are on their way; those on top of that take their seats at once. */
  requests: 5_000,
  /** Of one user; those on top of that are refused. */
  ofUser: 1_000,
} as const;

/**
 * Requests whose bodies are on their way: they take no seat before those are whole, or whoever sends slowly would keep the seats of
 * a level. How long a body may take and what all of them may weigh is limited where they are read.
 */
export class Arrivals {
  readonly #byUser = new Map<string, number>();
  #count = 0;

  /**
   * Resolves once the body is whole or never will be, as whoever reads it hears. Undefined: nobody waits for it, for very many
   * wait already; many users together get no more of the level than its seats and queues give them.
   */
  until(username: string, body: () => Promise<unknown>): Promise<void> | 'too many' | undefined {
    const own = this.#byUser.get(username) ?? 0;
    if (own >= arrivalLimits.ofUser) return 'too many';
    if (this.#count >= arrivalLimits.requests) return undefined;
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
