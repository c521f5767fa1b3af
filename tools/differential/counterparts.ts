/** What each server chooses for itself, as one pattern; everything else in a text has to be equal. */
const chosen = new RegExp(
  [
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
    /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| [+-]\d{4} \w+)/,
    // Cluster addresses, and where each server listens.
    /(?<![\d.])10\.0\.\d+\.\d+(?![\d.])/,
    /127\.0\.0\.1:\d+/,
    // Versions that messages name.
    /(?<=resource version: |current: |ResourceVersion in record \()\d+/,
    // Generated names end in five of these.
    /(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/,
    // OpenAPI documents are known by a hash, and by their order of keys have another.
    /(?<=hash=)[0-9A-F]{128}/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

const timestamp = /^\d{4}-\d\d-\d\d[T ]/;
const uid = /^[0-9a-f]{8}-/;

/**
 * Which value of one server stands for which of the other. A pair is bound when it is first seen and has to hold from then on,
 * in both directions: an id that changes, or two that are mixed up, are differences.
 */
export class Counterparts {
  readonly #there = new Map<string, string>();
  readonly #back = new Map<string, string>();
  readonly #begunMs: number;

  constructor(begunMs: number) {
    this.#begunMs = begunMs;
  }

  /** Whether two texts say the same. */
  sameText(real: string, ours: string): boolean {
    if (real === ours) return true;
    const [a, b] = [split(real), split(ours)];
    if (a.length !== b.length) return false;
    return a.every((part, at) => (at % 2 === 0 ? part === b[at] : this.#sameChoice(part, b[at] ?? '')));
  }

  /** Whether two values that servers choose by themselves may stand for each other. */
  bound(space: string, real: string, ours: string): boolean {
    const [from, to] = [`${space} ${real}`, `${space} ${ours}`];
    const [known, back] = [this.#there.get(from), this.#back.get(to)];
    if (known === undefined && back === undefined) {
      this.#there.set(from, to);
      this.#back.set(to, from);
      return true;
    }
    return known === to && back === from;
  }

  #sameChoice(real: string, ours: string): boolean {
    if (real === ours) return true;
    if (timestamp.test(real)) return this.#bothNow(real, ours);
    if (uid.test(real)) return uid.test(ours) && this.bound('uid', real, ours);
    // Each counts its versions by itself, and what is newest is not an object's.
    if (/^\d+$/.test(real)) return /^\d+$/.test(ours);
    if (real.startsWith('10.')) return this.bound('address', real, ours);
    return this.bound('text', real, ours);
  }

  /** Two times of this run, written alike. */
  #bothNow(real: string, ours: string): boolean {
    if (real.replace(/\d/g, '0') !== ours.replace(/\d/g, '0')) return false;
    return [real, ours].every((text) =>
      this.isNow(Date.parse(text.replace(/ [+-]\d{4} \w+$/, 'Z').replace(' ', 'T'))),
    );
  }

  /** Whether a time lies in this run, or as long after it as a token or a certificate may be good. */
  isNow(ms: number): boolean {
    return ms > this.#begunMs - 60_000 && ms < this.#begunMs + 48 * 3_600_000;
  }
}

/** Texts and choices in turns. */
function split(text: string): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(chosen)) {
    parts.push(text.slice(end, match.index), match[0]);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}
