/**
 * Where in the schema an expression points. Paths that grow from the same one share its memory, with room that
 * doubles: the last that grew into it is what all of them read. The real server's estimates come out of this, so
 * ours do it too.
 */
export class SchemaPath {
  readonly #steps: string[];
  readonly #length: number;
  readonly #room: number;

  private constructor(steps: string[], length: number, room: number) {
    this.#steps = steps;
    this.#length = length;
    this.#room = room;
  }

  static readonly none = new SchemaPath([], 0, 0);

  static of(variable: string): SchemaPath {
    return new SchemaPath([variable], 1, 1);
  }

  below(step: string): SchemaPath {
    const length = this.#length + 1;
    if (length <= this.#room) {
      this.#steps[this.#length] = step;
      return new SchemaPath(this.#steps, length, this.#room);
    }
    return new SchemaPath([...this.steps, step], length, Math.max(1, this.#room * 2));
  }

  get steps(): readonly string[] {
    return this.#steps.slice(0, this.#length);
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }
}

/** Steps from a variable to a part of it: fields by their names in CEL, and these. */
export const partNames = { items: '@items', values: '@values', keys: '@keys', indices: '@indices' } as const;

/** The most elements (bytes of a text, items, entries) of the part of `self` that steps lead to; undefined where they lead nowhere. */
export type ElementsAt = (steps: readonly string[]) => number | undefined;
