import { type AST, RegExpParser } from '@eslint-community/regexpp';

type Next = (at: number) => boolean;

/** Steps after which a pattern is given up as hopeless. */
const stepsLimit = 300_000;

class TooManySteps extends Error {}

/** Matches as a backtracking engine does, and counts what it does. */
class CountingMatcher {
  readonly #pattern: AST.Pattern;
  readonly #flags: string;
  readonly #one = new Map<AST.Node, Map<string, boolean>>();
  readonly #groups = new Map<AST.CapturingGroup, readonly [number, number]>();
  #text = '';
  #steps = 0;

  constructor(pattern: AST.Pattern, flags: string) {
    this.#pattern = pattern;
    this.#flags = flags;
  }

  /** Steps of a search through the whole text; the limit when it is more. */
  stepsOn(text: string): number {
    this.#text = text;
    this.#steps = 0;
    try {
      this.#search();
    } catch (thrown) {
      if (!(thrown instanceof TooManySteps)) throw thrown;
    }
    return this.#steps;
  }

  #search(): void {
    const isSticky = this.#flags.includes('y');
    for (let from = 0; from <= this.#text.length; from++) {
      let end = from;
      this.#groups.clear();
      const found = this.#any(this.#pattern.alternatives, from, (at) => {
        end = at;
        return true;
      });
      if (isSticky || (found && !this.#flags.includes('g'))) return;
      if (found && end > from) from = end - 1;
    }
  }

  #any(alternatives: readonly AST.Alternative[], at: number, next: Next): boolean {
    return alternatives.some(({ elements }) => this.#all(elements, 0, { at, next }));
  }

  #all(
    elements: readonly AST.Element[],
    index: number,
    { at, next }: { readonly at: number; readonly next: Next },
  ): boolean {
    const element = elements[index];
    if (!element) return next(at);
    return this.#match(element, at, (then) => this.#all(elements, index + 1, { at: then, next }));
  }

  #match(node: AST.Element | AST.QuantifiableElement, at: number, next: Next): boolean {
    if (++this.#steps > stepsLimit) throw new TooManySteps();
    switch (node.type) {
      case 'Group':
        return this.#any(node.alternatives, at, next);
      case 'CapturingGroup':
        return this.#any(node.alternatives, at, (end) => {
          this.#groups.set(node, [at, end]);
          return next(end);
        });
      case 'Quantifier':
        return this.#repeat(node, 0, { at, next });
      case 'Assertion':
        return this.#assert(node, at) && next(at);
      case 'Backreference':
        return this.#again(node, at, next);
      default:
        return this.#isOne(node, at) && next(at + 1);
    }
  }

  #repeat(
    node: AST.Quantifier,
    count: number,
    { at, next }: { readonly at: number; readonly next: Next },
  ): boolean {
    const more = (): boolean =>
      count < node.max &&
      this.#match(node.element, at, (end) => {
        if (end === at && count >= node.min) return false;
        return this.#repeat(node, count + 1, { at: end, next });
      });
    if (count < node.min) return more();
    return node.greedy ? more() || next(at) : next(at) || more();
  }

  #assert(node: AST.Assertion, at: number): boolean {
    const isMultiline = this.#flags.includes('m');
    switch (node.kind) {
      case 'start':
        return at === 0 || (isMultiline && this.#text[at - 1] === '\n');
      case 'end':
        return at === this.#text.length || (isMultiline && this.#text[at] === '\n');
      case 'word':
        return (this.#isWord(at - 1) !== this.#isWord(at)) !== node.negate;
      case 'lookahead':
        return this.#any(node.alternatives, at, () => true) !== node.negate;
      default:
        // Enough for those that look one character back.
        return (at > 0 && this.#any(node.alternatives, at - 1, (end) => end === at)) !== node.negate;
    }
  }

  #isWord(at: number): boolean {
    return /\w/.test(this.#text[at] ?? '');
  }

  #again(node: AST.Backreference, at: number, next: Next): boolean {
    const { resolved } = node;
    const [from, to] = ('type' in resolved && this.#groups.get(resolved)) || [0, 0];
    const part = this.#text.slice(from, to);
    return this.#text.startsWith(part, at) && next(at + part.length);
  }

  #isOne(node: AST.Node, at: number): boolean {
    const character = this.#text[at];
    if (character === undefined) return false;
    const known = this.#one.get(node) ?? new Map<string, boolean>();
    this.#one.set(node, known);
    let is = known.get(character);
    if (is === undefined) {
      is = new RegExp(`^${node.raw}$`, this.#flags.replace(/[gy]/g, '')).test(character);
      known.set(character, is);
    }
    return is;
  }
}

/** A shortest text that an element matches, or close to it. */
function sampleOf(node: AST.Node, flags: string): string {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives[0] ? sampleOf(node.alternatives[0], flags) : '';
    case 'Alternative':
      return node.elements.map((element) => sampleOf(element, flags)).join('');
    case 'Quantifier':
      return sampleOf(node.element, flags).repeat(node.min);
    case 'Character':
      return String.fromCodePoint(node.value);
    case 'CharacterSet':
    case 'CharacterClass':
      return [...'a0A /.:-,="'].find((one) => new RegExp(`^${node.raw}$`, flags).test(one)) ?? '';
    default:
      return '';
  }
}

/** What stands before each part that repeats without a limit, and what it repeats. */
function pumps(pattern: AST.Pattern, flags: string): { readonly before: string; readonly unit: string }[] {
  const found: { before: string; unit: string }[] = [];
  const walk = (node: AST.Node, before: string): void => {
    if (node.type === 'Pattern' || node.type === 'Group' || node.type === 'CapturingGroup') {
      for (const alternative of node.alternatives) walk(alternative, before);
    } else if (node.type === 'Alternative') {
      let so = before;
      for (const element of node.elements) {
        walk(element, so);
        so += sampleOf(element, flags);
      }
    } else if (node.type === 'Quantifier') {
      if (node.max > repeatedLimit)
        found.push(...unitsOf(node.element, flags).map((unit) => ({ before, unit })));
      walk(node.element, before);
    }
  };
  walk(pattern, '');
  return found;
}

/** A part that repeats no more often than this costs a fixed factor. */
const repeatedLimit = 300;

function unitsOf(node: AST.Node, flags: string): string[] {
  const single = [...'a0A /.:-,="\'[\n'].filter((one) => new RegExp(`^(?:${node.raw})$`, flags).test(one));
  return [...new Set([sampleOf(node, flags), ...single.slice(0, 4)])].filter((unit) => unit !== '');
}

/** Short enough for the stack, long enough to tell a line from a parabola. */
function sizesOf(pump: string): readonly number[] {
  const least = Math.max(1, Math.min(6, Math.floor(40 / pump.length)));
  return [1, 2, 4, 8].map((factor) => factor * least);
}

/** The text whose length costs a backtracking engine more than linear time; undefined when none is found. */
export function superLinear(source: string, flags: string): string | undefined {
  const plain = flags.replace(/[gy]/g, '');
  const unicode = flags.includes('u') || flags.includes('v');
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, { unicode });
  const matcher = new CountingMatcher(pattern, flags);
  const tried = new Set<string>();
  for (const { before, unit } of pumps(pattern, plain)) {
    for (const [head, pump] of [
      [before, unit],
      ['', unit],
      ['', before + unit],
      ['', before],
    ] as const) {
      for (const tail of ['\u0000', '', '\n', `${before}\u0000`]) {
        const shown = JSON.stringify([head, pump, tail]);
        if (pump === '' || tried.has(shown)) continue;
        tried.add(shown);
        const steps = sizesOf(pump).map((size) => matcher.stepsOn(head + pump.repeat(size) + tail));
        if (isMoreThanLinear(steps))
          return `${JSON.stringify(head)} ${JSON.stringify(pump)}* ${JSON.stringify(tail)}`;
      }
    }
  }
  return undefined;
}

function isMoreThanLinear([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): boolean {
  return fourth >= stepsLimit || fourth - third > 2.6 * Math.max(third - second, second - first, 0) + 40;
}
