import { CodedError, isObject, type Json, type JsonObject } from '../../base/index.ts';

/**
 * kubectl's JSONPath, as far as printer columns and selectable fields use it: members (`.a`, `['a']`), places (`[0]`,
 * `[-1]`, `[1:3]`, `[0,2]`), wildcards, recursive descent (`..a`) and filters (`[?(@.type=="Joined")]`).
 * See https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export interface JsonPath {
  /** What the path finds, in order; nothing for missing members. */
  find(object: JsonObject): Json[];
  /** True when the path has members only, so that it finds at most one value. */
  readonly isSimple: boolean;
}

type Step = (values: readonly Json[], look: Look) => Json[];

const lookLimits = {
  /** Values that steps may pass on in any object. */
  values: 10_000,
  /** And so many times as many as a large object holds. */
  timesHeld: 4,
  /** Filters within each other. */
  filterLevels: 50,
} as const;

/** One search in an object. Steps that pass on the same values again and again end, however they are put together. */
class Look {
  readonly root: Json;
  #left: number = lookLimits.values;
  #isExtended = false;

  constructor(root: Json) {
    this.root = root;
  }

  /** Throws `TooFar` when all that may be passed on has been. */
  spend(values: number): void {
    this.#left -= values;
    if (this.#left < 0 && !this.#isExtended) {
      this.#isExtended = true;
      this.#left += lookLimits.timesHeld * withDescendants(this.root, []).length;
    }
    if (this.#left < 0) throw new TooFar();
  }
}

class TooFar extends Error {}

/** Compiles a path such as `.spec.replicas`. Throws CodedError `invalid`. */
export function compileJsonPath(text: string): JsonPath {
  const parser = new PathParser(text);
  const steps = parser.parse();
  return {
    isSimple: parser.isSimple,
    find(object) {
      try {
        return taken(steps, object, new Look(object));
      } catch (thrown) {
        if (thrown instanceof TooFar) return [];
        throw thrown;
      }
    },
  };
}

function taken(steps: readonly Step[], start: Json, look: Look): Json[] {
  let values: Json[] = [start];
  for (const step of steps) {
    values = step(values, look);
    look.spend(values.length);
  }
  return values;
}

const member =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => {
      const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return found === undefined ? [] : [found];
    });

const wildcard: Step = (values) => values.flatMap(childrenOf);

const descent: Step = (values, look) => {
  const found: Json[] = [];
  for (const value of values) {
    const before = found.length;
    withDescendants(value, found);
    look.spend(found.length - before);
  }
  return found;
};

function childrenOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((item) => item !== undefined) : [];
}

/** Adds a value and all below it. */
function withDescendants(value: Json, found: Json[]): Json[] {
  found.push(value);
  if (typeof value === 'object') for (const child of childrenOf(value)) withDescendants(child, found);
  return found;
}

const place =
  (index: number): Step =>
  (values) =>
    values.flatMap((value) => {
      const found = Array.isArray(value) ? value.at(index) : undefined;
      return found === undefined ? [] : [found];
    });

const slice =
  (start: number | undefined, end: number | undefined, step: number): Step =>
  (values) =>
    values.flatMap((value) =>
      Array.isArray(value) ? value.slice(start, end).filter((_, i) => i % step === 0) : [],
    );

interface Operand {
  readonly steps: readonly Step[] | undefined;
  readonly literal: Json;
}

function filter(left: Operand, operator: string, right: Operand | undefined): Step {
  return (values, look) =>
    values.flatMap((value) =>
      (Array.isArray(value) ? value : [value]).filter((item) => {
        const found = evaluate(left, item, look);
        if (!right) return found.length > 0;
        const [a] = found;
        const [b] = evaluate(right, item, look);
        return a !== undefined && b !== undefined && compare(a, operator, b);
      }),
    );
}

function evaluate(operand: Operand, item: Json, look: Look): Json[] {
  if (!operand.steps) return [operand.literal];
  look.spend(1);
  return taken(operand.steps, item, look);
}

function compare(a: Json, operator: string, b: Json): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    default:
      return typeof a === typeof b && a !== null && b !== null && ordered(a, operator, b);
  }
}

function ordered(a: NonNullable<Json>, operator: string, b: NonNullable<Json>): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

class PathParser {
  readonly #text: string;
  #at = 0;
  #filterLevels = 0;
  isSimple = true;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Step[] {
    const steps = this.#steps();
    if (this.#at < this.#text.length)
      throw this.#error(`unexpected ${JSON.stringify(this.#text.slice(this.#at))}`);
    return steps;
  }

  #error(why: string): CodedError {
    return new CodedError('invalid', `${why} in JSONPath ${JSON.stringify(this.#text)}`);
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    if (this.#take('$') || this.#take('@')) {
      // Both name the value that the path starts from.
    }
    for (;;) {
      if (this.#take('..')) {
        this.isSimple = false;
        steps.push(descent);
        if (this.#peek() !== '[') steps.push(this.#dotted());
      } else if (this.#take('.')) {
        if (this.#peek() !== '[' && this.#peek() !== '') steps.push(this.#dotted());
      } else if (this.#take('[')) steps.push(this.#bracket());
      else return steps;
    }
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#text.slice(this.#at));
    if (found?.index !== 0) return undefined;
    this.#at += found[0].length;
    return found[0];
  }

  #dotted(): Step {
    if (this.#take('*')) {
      this.isSimple = false;
      return wildcard;
    }
    const name = this.#match(/^(?:\\.|[^.[\]\s(){}'",=!<>?*@$\\])+/);
    if (name === undefined) throw this.#error('expected a field name');
    return member(name.replace(/\\(.)/g, '$1'));
  }

  #bracket(): Step {
    if (this.#take('?(')) {
      this.isSimple = false;
      if (++this.#filterLevels > lookLimits.filterLevels) throw this.#error('filters nested too deeply');
      const step = this.#filter();
      this.#filterLevels--;
      if (!this.#take(')]')) throw this.#error('unterminated filter');
      return step;
    }
    const quoted = this.#quoted();
    if (quoted !== undefined) {
      if (!this.#take(']')) throw this.#error('unterminated array');
      return member(quoted);
    }
    this.isSimple = false;
    const body = this.#match(/^[^\]]*/) ?? '';
    if (!this.#take(']')) throw this.#error('unterminated array');
    return this.#places(body);
  }

  #places(body: string): Step {
    if (body === '*') return wildcard;
    if (/^-?\d+$/.test(body)) return place(Number(body));
    if (/^-?\d+(,-?\d+)*$/.test(body)) {
      const steps = body.split(',').map((part) => place(Number(part)));
      return (values, look) => {
        // Each may pass on as many as there are.
        look.spend(values.length * steps.length);
        return steps.flatMap((step) => step(values, look));
      };
    }
    const range = /^(-?\d*):(-?\d*)(?::(\d*))?$/.exec(body);
    if (!range) throw this.#error(`invalid array index ${body}`);
    const [, start = '', end = '', step = ''] = range;
    const numberOr = (text: string) => (text === '' ? undefined : Number(text));
    return slice(numberOr(start), numberOr(end), numberOr(step) ?? 1);
  }

  #quoted(): string | undefined {
    const text = this.#match(/^'(?:[^'\\]|\\.)*'|^"(?:[^"\\]|\\.)*"/);
    return text?.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  #filter(): Step {
    const left = this.#operand();
    this.#match(/^\s+/);
    const operator = this.#match(/^(?:==|!=|<=|>=|<|>)/);
    if (operator === undefined) return filter(left, '', undefined);
    this.#match(/^\s+/);
    const right = this.#operand();
    this.#match(/^\s+/);
    return filter(left, operator, right);
  }

  #operand(): Operand {
    this.#match(/^\s+/);
    const quoted = this.#quoted();
    if (quoted !== undefined) return { steps: undefined, literal: quoted };
    const number = this.#match(/^-?\d+(?:\.\d+)?/);
    if (number !== undefined) return { steps: undefined, literal: Number(number) };
    if (this.#take('true')) return { steps: undefined, literal: true };
    if (this.#take('false')) return { steps: undefined, literal: false };
    if (this.#peek() !== '@' && this.#peek() !== '$' && this.#peek() !== '.')
      throw this.#error('expected a value');
    return { steps: this.#steps(), literal: null };
  }
}
