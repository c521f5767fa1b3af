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

type Step = (values: readonly Json[], root: Json) => Json[];

/** Compiles a path such as `.spec.replicas`. Throws CodedError `invalid`. */
export function compileJsonPath(text: string): JsonPath {
  const parser = new PathParser(text);
  const steps = parser.parse();
  return {
    isSimple: parser.isSimple,
    find(object) {
      let values: Json[] = [object];
      for (const step of steps) values = step(values, object);
      return values;
    },
  };
}

const member =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => {
      const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return found === undefined ? [] : [found];
    });

const wildcard: Step = (values) => values.flatMap(childrenOf);

const descent: Step = (values) => values.flatMap(withDescendants);

function childrenOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((item) => item !== undefined) : [];
}

function withDescendants(value: Json): Json[] {
  return [value, ...childrenOf(value).flatMap(withDescendants)];
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
  return (values, root) =>
    values.flatMap((value) =>
      (Array.isArray(value) ? value : [value]).filter((item) => {
        const found = evaluate(left, item, root);
        if (!right) return found.length > 0;
        const [a] = found;
        const [b] = evaluate(right, item, root);
        return a !== undefined && b !== undefined && compare(a, operator, b);
      }),
    );
}

function evaluate(operand: Operand, item: Json, root: Json): Json[] {
  if (!operand.steps) return [operand.literal];
  let values: Json[] = [item];
  for (const step of operand.steps) values = step(values, root);
  return values;
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
      const step = this.#filter();
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
      return (values, root) => steps.flatMap((step) => step(values, root));
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
