import type { Guard } from '../../store/contract.ts';

/** One stretch of time in which this process does a server's own work. */
export interface Term {
  /** Aborts when another process may take the work over: nothing is begun any more. */
  readonly ending: AbortSignal;
  /** The guard that a write of the work carries; none where nobody else can do it. Throws `unavailable` once it does not lead. */
  fence(): Guard | undefined;
}

/**
 * What a server does besides answering: APIServices that follow what is served, definitions that go with their instances. Every
 * process that has the cluster open serves it, one of them at a time does this.
 */
export class OwnWork {
  #term: { readonly ending: AbortController; readonly term: Term } | undefined;
  readonly #running = new Set<Promise<void>>();
  readonly #beginnings: (() => void)[] = [];

  /** `begin` looks at everything that is there: nobody did while no process had a term. Called at the start of each. */
  onStart(begin: () => void): void {
    this.#beginnings.push(begin);
  }

  /** Begins a term, unless one goes on. */
  start(fence?: () => Guard): void {
    if (this.#term) return;
    const ending = new AbortController();
    this.#term = { ending, term: { ending: ending.signal, fence: () => fence?.() } };
    for (const begin of this.#beginnings) begin();
  }

  /** Ends the term; resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#term?.ending.abort();
    this.#term = undefined;
    await Promise.all(this.#running);
  }

  /** Runs `work`, which must not throw, as part of the term; without a term nothing happens. True when it began. */
  run(work: (term: Term) => Promise<void>): boolean {
    const term = this.#term?.term;
    if (!term) return false;
    const running = work(term).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return true;
  }
}
