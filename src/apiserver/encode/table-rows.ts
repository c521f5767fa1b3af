import type { Cell } from '../../apimachinery/contract.ts';
import { Elapsed, humanDuration } from '../../apimachinery/duration.ts';

/** A row of a Table as bytes, with a comma in front; but for the durations, which go where it is cut. */
export class Row {
  readonly #bytes: Buffer;
  /** Where in the bytes each duration goes. */
  readonly #cuts: readonly number[];
  readonly #sinceMs: readonly number[];

  /** @param object what the row carries besides its cells; undefined for null. */
  constructor(cells: readonly Cell[], object: Buffer | undefined) {
    const pieces: Buffer[] = [];
    const cuts: number[] = [];
    const sinceMs: number[] = [];
    let text = ',{"cells":[';
    let bytes = 0;
    const cut = () => {
      const piece = Buffer.from(text);
      pieces.push(piece);
      bytes += piece.length;
      text = '';
    };
    for (const [at, cell] of cells.entries()) {
      if (at > 0) text += ',';
      if (!(cell instanceof Elapsed)) {
        text += JSON.stringify(cell) ?? 'null';
        continue;
      }
      text += `"${within(cell.before)}`;
      cut();
      cuts.push(bytes);
      sinceMs.push(cell.sinceMs);
      text += `${within(cell.after)}"`;
    }
    text += ']';
    text += ',"object":';
    if (!object) text += 'null';
    else {
      cut();
      pieces.push(object);
      bytes += object.length;
    }
    text += '}';
    cut();
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    for (const piece of pieces) at += piece.copy(this.#bytes, at);
    this.#cuts = cuts;
    this.#sinceMs = sinceMs;
  }

  /** At least what it takes to write the row. */
  get mostBytes(): number {
    return this.#bytes.length + this.#cuts.length * durationBytes;
  }

  /** The durations at a moment; equal ones make equal rows. */
  durations(durations: Durations): string {
    return this.#sinceMs.map((since) => durations.since(since)).join();
  }

  /** Writes the row, with a comma in front, at an offset of `into`, which has room for `mostBytes`; the offset behind it. */
  write(into: Buffer, offset: number, durations: Durations): number {
    let from = 0;
    let at = offset;
    for (let index = 0; index < this.#cuts.length; index++) {
      const cut = this.#cuts[index] ?? 0;
      at += this.#bytes.copy(into, at, from, cut);
      const text = durations.since(this.#sinceMs[index] ?? 0);
      // ASCII, and too short to be worth a call.
      for (let letter = 0; letter < text.length; letter++) into[at++] = text.charCodeAt(letter);
      from = cut;
    }
    return at + this.#bytes.copy(into, at, from);
  }
}

/** More than any duration takes. */
const durationBytes = 32;

/** Durations up to one moment: many objects are of the same second. */
export class Durations {
  readonly #nowMs: number;
  readonly #texts = new Map<number, string>();
  #lastMs = Number.NaN;
  #last = '';

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  since(sinceMs: number): string {
    if (sinceMs === this.#lastMs) return this.#last;
    const text = this.#texts.get(sinceMs) ?? humanDuration(this.#nowMs - sinceMs);
    this.#texts.set(sinceMs, text);
    this.#lastMs = sinceMs;
    this.#last = text;
    return text;
  }
}

/** A text as it stands within quotes. */
function within(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
