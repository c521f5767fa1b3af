import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { queryLimits } from './limits.ts';
import { tooMuch } from './refusal.ts';

/** Characters that every text costs beside its own. */
const textOverhead = 32;

/** What one query may still cost. Everything that grows with rows or texts is paid for here. */
export class Budget {
  /** Now, for `now()` and `ago()`: the same all through a query. */
  readonly nowMs: number;
  #steps = 0;
  #made = 0;
  #breathedAt = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** Steps so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Throws when the query has cost more than it may. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps - this.#breathedAt > queryLimits.stepsAtOnce)
      throw tooMuch('one row takes more steps than it may');
    if (this.#steps > queryLimits.steps) throw tooMuch('it takes more steps than one query may');
  }

  /** True when others should have a turn. */
  get isWinded(): boolean {
    return this.#steps - this.#breathedAt > queryLimits.stepsInOneGo;
  }

  /** Lets others have their turn. */
  async breathe(): Promise<void> {
    this.#breathedAt = this.#steps;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Pays for looking for `part` in `whole`, at worst: no search is linear for every pair of texts. */
  willSearch(whole: string, part: string): void {
    const places = Math.max(0, whole.length - part.length + 1);
    this.spend(1 + ((whole.length + part.length) >> 4) + Math.floor((places * part.length) / 256));
  }

  /** Texts as one, paid for before it is made. */
  joined(texts: readonly string[], between: string): string {
    const gaps = Math.max(0, texts.length - 1) * between.length;
    this.willMake(texts.reduce((sum, text) => sum + text.length, gaps));
    return texts.join(between);
  }

  /** Pays for a text before or after it is made; gives it back. */
  made(text: string): string {
    this.willMake(text.length);
    return text;
  }

  /** Pays for a text of so many characters before it is made. */
  willMake(characters: number): void {
    if (characters > queryLimits.valueCharacters) {
      throw tooMuch(`a value has at most ${queryLimits.valueCharacters} characters`);
    }
    this.#made += characters + textOverhead;
    this.spend(1 + (characters >> 4));
    if (this.#made > queryLimits.madeCharacters) throw tooMuch('it makes more text than one query may');
  }

  /** A value that was put together of others. It shares their parts, so that what it says is counted here, not what it takes. */
  assembled(value: Json[] | JsonObject): Json[] | JsonObject {
    let parts = 0;
    const count = (item: Json | undefined, level: number): void => {
      if (++parts > queryLimits.valueParts)
        throw tooMuch(`a value has at most ${queryLimits.valueParts} parts`);
      if (level > queryLimits.valueLevels)
        throw tooMuch(`a value has at most ${queryLimits.valueLevels} levels`);
      const below = Array.isArray(item) ? item : isObject(item) ? Object.values(item) : [];
      for (const one of below) count(one, level + 1);
    };
    count(value, 0);
    this.spend(parts);
    return value;
  }

  /** JSON of a value. Values share their parts: what is written is counted while it is, so that it cannot explode. */
  jsonText(value: readonly Json[] | JsonObject): string {
    const parts: string[] = [];
    const count = { characters: 0 };
    this.#write(value, { parts, count, level: 0 });
    return this.made(parts.join(''));
  }

  #write(
    value: Json | readonly Json[] | undefined,
    to: { readonly parts: string[]; readonly count: { characters: number }; readonly level: number },
  ): void {
    const { parts, count, level } = to;
    const put = (text: string) => {
      parts.push(text);
      count.characters += text.length;
      this.spend(1);
      if (count.characters > queryLimits.valueCharacters) this.willMake(count.characters);
    };
    if (level > queryLimits.valueLevels * 2) throw tooMuch('a value is too deeply nested');
    const below = { parts, count, level: level + 1 };
    if (Array.isArray(value)) {
      put('[');
      value.forEach((item, at) => {
        if (at > 0) put(',');
        this.#write(item, below);
      });
      put(']');
    } else if (typeof value === 'object' && value !== null) {
      put('{');
      let first = true;
      for (const [name, item] of Object.entries(value)) {
        if (item === undefined) continue;
        put(`${first ? '' : ','}${JSON.stringify(name)}:`);
        first = false;
        this.#write(item, below);
      }
      put('}');
    } else put(typeof value === 'bigint' ? String(value) : JSON.stringify(value ?? null));
  }
}
