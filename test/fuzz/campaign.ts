import type { Random } from '../../src/base/index.ts';
import { assertLinear, blocksOf } from '../attack/steps.ts';
import { type Finding, isRefusal, type Target } from './target.ts';

/** How much is asked of one target. */
export interface Effort {
  /** Each so manieth input is looked at for blocks of code that none reached before; it is kept then. 0: none. */
  readonly coverEvery: number;
  /** Each so manieth input is made larger and larger, and its steps counted. 0: none. */
  readonly pumpEvery: number;
}

const keptInputs = 2_000;
const shrinkTries = 3_000;
const pumpTimes = 60;

/** The inputs of one target in a row: the corpus, then what grammar and mutation make of it. The same chance makes the same row. */
export class Campaign<T> {
  readonly name: string;
  readonly #target: Target<T>;
  readonly #random: Random;
  readonly #effort: Effort;
  readonly #blocks = new Set<string>();
  #inputs: T[] = [];
  #fresh: T[] | undefined;
  #at = 0;

  constructor(target: Target<T>, random: Random, effort: Effort) {
    this.name = target.name;
    this.#target = target;
    this.#random = random;
    this.#effort = effort;
  }

  /** Inputs tried so far. */
  get tried(): number {
    return this.#at;
  }

  /** Tries one more input. `before` is told of it first, for whoever watches that it ends. */
  async step(before?: (shown: string) => void): Promise<Finding | undefined> {
    const input = await this.#next();
    before?.(this.#target.form.show(input));
    const at = this.#at++;
    const { coverEvery, pumpEvery } = this.#effort;
    const thrown =
      coverEvery > 0 && at % coverEvery === 0 ? await this.#covered(input) : await this.#faultOf(input);
    if (thrown !== undefined) return this.#finding(at, thrown, input);
    if (pumpEvery > 0 && at % pumpEvery === pumpEvery - 1 && this.#target.uncounted !== true) {
      const grown = this.#target.form.pump(this.#random, input);
      before?.(this.#target.form.show(grown(1)));
      const cost = await this.#growthOf(grown);
      if (cost !== undefined)
        return { target: this.name, at, thrown: cost, input: this.#target.form.show(grown(4)) };
    }
    return undefined;
  }

  close(): Promise<void> | undefined {
    return this.#target.close?.();
  }

  async #next(): Promise<T> {
    if (this.#fresh === undefined) {
      this.#inputs = [...(await this.#target.corpus())];
      this.#fresh = [...this.#inputs];
    }
    const first = this.#fresh.shift();
    if (first !== undefined) return first;
    const { generate, form } = this.#target;
    const random = this.#random;
    let input = generate && random.integer(3) === 0 ? generate(random) : this.#any();
    if (generate && random.integer(2) === 0 && this.#inputs.length === 0) return input;
    const changes = random.integer(4);
    for (let i = 0; i < changes; i++) input = form.mutate(random, input, this.#inputs);
    return input;
  }

  #any(): T {
    const input = this.#inputs[this.#random.integer(Math.max(1, this.#inputs.length))];
    if (input !== undefined) return input;
    if (this.#target.generate) return this.#target.generate(this.#random);
    throw new Error(`${this.name} has neither a corpus nor a grammar`);
  }

  /** Undefined for an answer or a refusal. */
  async #faultOf(input: T): Promise<unknown> {
    try {
      await this.#target.run(input);
      return undefined;
    } catch (thrown) {
      const { refuses = isRefusal } = this.#target;
      return refuses(thrown) ? undefined : (thrown ?? new Error('undefined was thrown'));
    }
  }

  async #covered(input: T): Promise<unknown> {
    let thrown: unknown;
    const blocks = await blocksOf(async () => {
      thrown = await this.#faultOf(input);
    });
    const known = this.#blocks.size;
    for (const block of blocks) this.#blocks.add(block);
    if (this.#blocks.size > known && this.#inputs.length < keptInputs) this.#inputs.push(input);
    return thrown;
  }

  async #growthOf(grown: (times: number) => T): Promise<unknown> {
    try {
      const input = (times: number): T => grown(times);
      await assertLinear({ size: pumpTimes, input, run: (value) => this.#target.run(value) });
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  }

  async #finding(at: number, thrown: unknown, input: T): Promise<Finding> {
    const { form } = this.#target;
    const name = signature(thrown);
    let smallest = input;
    let last = thrown;
    let tries = 0;
    for (let again = true; again; ) {
      again = false;
      for (const smaller of form.shrink(smallest)) {
        if (++tries > shrinkTries) break;
        const found = await this.#faultOf(smaller);
        if (found === undefined || signature(found) !== name) continue;
        [smallest, last, again] = [smaller, found, true];
        break;
      }
    }
    return { target: this.name, at, thrown: last, input: form.show(smallest) };
  }
}

/** What tells one fault from another: its class, the beginning of its words, and the line of the sources that threw it. */
export function signature(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown).slice(0, 60);
  const words = thrown.message.split('\n')[0] ?? '';
  const place = /\/(?:src|test\/fuzz)\/[^\s)]+:\d+/.exec(thrown.stack ?? '')?.[0] ?? '';
  return `${thrown.name} ${words.replace(/[\d'"`].*/, '').slice(0, 40)} ${place}`;
}
