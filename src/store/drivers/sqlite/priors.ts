import { ordinals } from './schema.ts';
import type { Statements } from './statements.ts';

/** Rows are followed back one by one within so many revisions; from one such stretch to the next it is remembered. */
const stretchRevisions = 1_024;
/** Of the stretches that were looked at last; a number each. */
const rememberedStretches = 65_536;

const stretchIds = stretchRevisions * ordinals;

/**
 * Follows a row back to the one that stood at a moment. A key that changes all the time has a long way, and a page of the
 * past may be asked for again and again: only the first time goes through all of it.
 */
export class Priors {
  readonly #sql: Pick<Statements, 'priorAt'>;
  /** The first row of a key in a stretch: the row below the stretch that it leads to. What is written never changes. */
  readonly #below = new Map<number, number>();
  #rowsRead = 0;

  constructor(sql: Pick<Statements, 'priorAt'>) {
    this.#sql = sql;
  }

  /** Steps taken so far. */
  get rowsRead(): number {
    return this.#rowsRead;
  }

  /** From a row back to the one that stood after the row `lastId` of the log; undefined when there was none. */
  at(id: number, lastId: number): number | undefined {
    for (let from = id; ; ) {
      if (from <= lastId) return from;
      const lastBelow = Math.floor(from / stretchIds) * stretchIds - 1;
      if (lastBelow <= lastId) return this.#follow(from, lastId);
      const next = this.#below.get(from) ?? this.#follow(from, lastBelow);
      if (next === undefined) return undefined;
      // Where it began changes with every write; what it came through is met again.
      if (from !== id) this.#remember(from, next);
      from = next;
    }
  }

  #follow(id: number, lastId: number): number | undefined {
    const row: unknown = this.#sql.priorAt.get(id, lastId);
    if (!Array.isArray(row)) return undefined;
    this.#rowsRead += Number(row[1]);
    return Number(row[0]);
  }

  #remember(from: number, below: number): void {
    if (this.#below.size >= rememberedStretches) this.#below.clear();
    this.#below.set(from, below);
  }
}
