import { CelSyntaxError, type Token, tokenize } from './lexer.ts';
import type { Expr, LoopName } from './syntax.ts';

/** Nested parentheses, lists and calls. */
const nestingLimit = 250;

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** Parses a CEL expression, macros included. Throws CelSyntaxError. */
export function parseCel(source: string): Expr {
  return new Parser(tokenize(source)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expr {
    const expr = this.#expression();
    const rest = this.#peek();
    if (rest.kind !== 'end')
      throw new CelSyntaxError(rest.at, `extraneous input '${rest.text}' expecting <EOF>`);
    return expr;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '<EOF>', at: 0 };
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return (token.kind === 'symbol' || token.kind === 'ident') && token.text === text;
  }

  #take(text: string): Token | undefined {
    if (!this.#is(text)) return undefined;
    const token = this.#peek();
    this.#next++;
    return token;
  }

  /** `wanted`: what else may stand there. */
  #expect(text: string, wanted?: string): Token {
    const token = this.#take(text);
    if (token) return token;
    const found = this.#peek();
    // What could follow it leaves no doubt as to what is missing.
    const isLeftOut = text === ':' ? startsExpression(found) : wanted === undefined;
    throw new CelSyntaxError(
      found.at,
      isLeftOut
        ? `missing '${text}' at '${found.text}'`
        : `mismatched input '${found.text}' expecting ${wanted ?? `'${text}'`}`,
    );
  }

  /** A place where nothing that may stand there stands: the one after it decides what is said. */
  #unexpected(token: Token, wanted: string, mayStand: (token: Token) => boolean): CelSyntaxError {
    const at = this.#tokens.indexOf(token);
    const next = this.#tokens[at + 1];
    const what = next && token.kind !== 'end' && mayStand(next) ? 'extraneous' : 'mismatched';
    return new CelSyntaxError(token.at, `${what} input '${token.text}' expecting ${wanted}`);
  }

  #expression(): Expr {
    if (++this.#depth > nestingLimit)
      throw new CelSyntaxError(this.#peek().at, 'expression nested too deeply');
    const condition = this.#or();
    const question = this.#take('?');
    let expr = condition;
    if (question) {
      const yes = this.#or();
      this.#expect(':');
      const no = this.#expression();
      expr = call('_?_:_', question.at, [condition, yes, no]);
    }
    this.#depth--;
    return expr;
  }

  #or(): Expr {
    let left = this.#and();
    for (let op = this.#take('||'); op; op = this.#take('||'))
      left = call('_||_', op.at, [left, this.#and()]);
    return left;
  }

  #and(): Expr {
    let left = this.#relation();
    for (let op = this.#take('&&'); op; op = this.#take('&&'))
      left = call('_&&_', op.at, [left, this.#relation()]);
    return left;
  }

  #relation(): Expr {
    return this.#binary(['==', '!=', '<=', '>=', '<', '>', 'in'], () => this.#sum());
  }

  #sum(): Expr {
    return this.#binary(['+', '-'], () => this.#product());
  }

  #product(): Expr {
    return this.#binary(['*', '/', '%'], () => this.#unary());
  }

  #binary(operators: readonly string[], operand: () => Expr): Expr {
    let left = operand();
    for (;;) {
      const operator = operators.find((each) => this.#is(each));
      if (operator === undefined) return left;
      const { at } = this.#expect(operator);
      left = call(operator === 'in' ? '@in' : `_${operator}_`, at, [left, operand()]);
    }
  }

  #unary(): Expr {
    const not = this.#take('!');
    if (not) {
      let count = 1;
      while (this.#take('!')) count++;
      const operand = this.#member();
      return count % 2 === 1 ? call('!_', not.at, [operand]) : operand;
    }
    const minus = this.#take('-');
    if (!minus) return this.#member();
    const literal = this.#peek();
    const isNumber = literal.kind === 'int' || literal.kind === 'double';
    if (isNumber && literal.at === minus.at + 1) {
      this.#next++;
      return this.#members(numberLiteral(literal, minus.at, true));
    }
    let count = 1;
    while (this.#take('-')) count++;
    const operand = this.#member();
    return count % 2 === 1 ? call('-_', minus.at, [operand]) : operand;
  }

  #member(): Expr {
    return this.#members(this.#primary());
  }

  #members(start: Expr): Expr {
    let expr = start;
    for (;;) {
      const dot = this.#take('.');
      if (dot) {
        expr = this.#afterDot(expr, dot);
        continue;
      }
      const name = this.#is('{') ? nameOf(expr) : undefined;
      if (name !== undefined) {
        expr = this.#struct(name);
        continue;
      }
      const bracket = this.#take('[') ?? this.#take('[?');
      if (!bracket) return expr;
      const index = this.#expression();
      this.#expect(']');
      expr = { kind: 'index', at: bracket.at, operand: expr, index, optional: bracket.text === '[?' };
    }
  }

  #afterDot(operand: Expr, dot: Token): Expr {
    const optional = this.#take('?') !== undefined;
    const name = this.#fieldName();
    const open = optional ? undefined : this.#take('(');
    if (!open) return { kind: 'select', at: dot.at, operand, field: name, test: false, optional };
    const args = this.#arguments();
    return (
      macro(name, operand, { args, at: open.at }) ?? {
        kind: 'call',
        at: open.at,
        name,
        target: operand,
        args,
      }
    );
  }

  #fieldName(): string {
    const token = this.#peek();
    if (token.kind !== 'ident' || ['in', 'true', 'false', 'null'].includes(token.text)) {
      throw new CelSyntaxError(
        token.at,
        `no viable alternative at input '.${token.text === '<EOF>' ? '' : token.text}'`,
      );
    }
    this.#next++;
    return token.text;
  }

  #arguments(): Expr[] {
    const args: Expr[] = [];
    if (this.#take(')')) return args;
    do args.push(this.#expression());
    while (this.#take(','));
    this.#expect(')');
    return args;
  }

  #primary(): Expr {
    const token = this.#peek();
    this.#next++;
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
        return numberLiteral(token, token.at, false);
      case 'string':
        return { kind: 'literal', at: token.at, literal: 'string', value: String(token.value) };
      case 'bytes':
        return {
          kind: 'literal',
          at: token.at,
          literal: 'bytes',
          value: token.value instanceof Uint8Array ? token.value : new Uint8Array(),
        };
      case 'ident':
        return this.#identifier(token);
      case 'symbol':
        return this.#bracketed(token);
      default:
        throw this.#unexpected(token, expected, startsExpression);
    }
  }

  #bracketed(token: Token): Expr {
    switch (token.text) {
      case '(': {
        const inner = this.#expression();
        this.#expect(')');
        return inner;
      }
      case '[':
      case '[?':
        return this.#list(token);
      case '{':
        return this.#map(token);
      case '.': {
        const name = this.#peek();
        if (name.kind !== 'ident') throw this.#unexpected(name, expected, startsExpression);
        this.#next++;
        return this.#identifier(name);
      }
      default:
        throw this.#unexpected(token, expected, startsExpression);
    }
  }

  #identifier(token: Token): Expr {
    const { text, at } = token;
    if (text === 'true' || text === 'false')
      return { kind: 'literal', at, literal: 'bool', value: text === 'true' };
    if (text === 'null') return { kind: 'literal', at, literal: 'null', value: null };
    if (text === 'in') throw this.#unexpected(token, expected, startsExpression);
    if (reserved.has(text)) throw new PlainError(at, `reserved identifier: ${text}`);
    const open = this.#take('(');
    if (!open) return { kind: 'ident', at, name: text };
    const args = this.#arguments();
    if (text === 'has') return hasMacro(args, open.at);
    return { kind: 'call', at: open.at, name: text, target: undefined, args };
  }

  #struct(name: string): Expr {
    const { at } = this.#expect('{');
    const fields: { name: string; at: number; value: Expr; optional: boolean }[] = [];
    this.#parts('}', () => {
      const optional = this.#take('?') !== undefined;
      const token = this.#peek();
      if (token.kind !== 'ident') {
        throw this.#unexpected(
          token,
          fieldStart,
          (next) => next.kind === 'ident' || ['}', ',', '?'].includes(next.text),
        );
      }
      this.#next++;
      const colon = this.#expect(':');
      fields.push({ name: token.text, at: colon.at, value: this.#expression(), optional });
    });
    return { kind: 'struct', at, name, fields };
  }

  #list(open: Token): Expr {
    const items: { value: Expr; optional: boolean }[] = [];
    let optional = open.text === '[?';
    this.#parts(']', () => {
      optional = this.#take('?') !== undefined || optional;
      items.push({ value: this.#expression(), optional });
      optional = false;
    });
    return { kind: 'list', at: open.at, items };
  }

  #map(open: Token): Expr {
    const entries: { key: Expr; value: Expr; optional: boolean }[] = [];
    this.#parts('}', () => {
      const optional = this.#take('?') !== undefined;
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
    });
    return { kind: 'map', at: open.at, entries };
  }

  /** What stands between commas, the last of which may be followed by one, and the bracket after it. */
  #parts(close: string, part: () => void): void {
    for (let count = 0; !this.#is(close); count++) {
      if (count > 0) this.#expect(',', `{'${close}', ','}`);
      if (this.#is(close)) break;
      const comma = this.#peek();
      // Nothing but a comma is nothing.
      if (this.#take(',')) {
        if (count === 0 && this.#is(close)) break;
        throw new CelSyntaxError(comma.at, `extraneous input ',' expecting '${close}'`);
      }
      part();
    }
    this.#expect(close);
  }
}

const expected =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** What may stand where a field of an object begins. */
const fieldStart = "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}";

const expressionStarts: ReadonlySet<string> = new Set(['[', '{', '(', '.', '-', '!', '[?']);

function startsExpression({ kind, text }: Token): boolean {
  return kind === 'symbol' ? expressionStarts.has(text) : kind !== 'end' && text !== 'in';
}

/** `a.b.c` of plain selections: what may be the name of a type. */
function nameOf(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test || expr.optional) return undefined;
  const prefix = nameOf(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}

function call(name: string, at: number, args: readonly Expr[]): Expr {
  return { kind: 'call', at, name, target: undefined, args };
}

const largestInt = 2n ** 63n - 1n;
const largestUint = 2n ** 64n - 1n;

function numberLiteral(token: Token, at: number, negative: boolean): Expr {
  const { value } = token;
  if (typeof value === 'number') {
    return { kind: 'literal', at, literal: 'double', value: negative ? -value : value };
  }
  const whole = typeof value === 'bigint' ? value : 0n;
  if (token.kind === 'uint') {
    if (whole > largestUint) throw new PlainError(at, 'invalid uint literal');
    return { kind: 'literal', at, literal: 'uint', value: whole };
  }
  if (whole > (negative ? largestInt + 1n : largestInt)) throw new PlainError(at, 'invalid int literal');
  return { kind: 'literal', at, literal: 'int', value: negative ? -whole : whole };
}

function hasMacro(args: readonly Expr[], at: number): Expr {
  const [target] = args;
  if (args.length === 1 && target?.kind === 'select' && !target.optional) {
    return { kind: 'select', at, operand: target.operand, field: target.field, test: true, optional: false };
  }
  throw new PlainError(target?.at ?? at, 'invalid argument to has() macro');
}

/** An error of the parser's own, not of the grammar: it goes without "Syntax error". */
class PlainError extends CelSyntaxError {
  constructor(at: number, message: string) {
    super(at, message);
    Object.defineProperty(this, 'issue', { value: { at, message } });
  }
}

interface MacroCall {
  readonly args: readonly Expr[];
  readonly at: number;
}

const loopsByShape: Readonly<Record<string, { name: LoopName; variables: 1 | 2; hasFilter: boolean }>> = {
  'all/2': { name: 'all', variables: 1, hasFilter: false },
  'exists/2': { name: 'exists', variables: 1, hasFilter: false },
  'exists_one/2': { name: 'existsOne', variables: 1, hasFilter: false },
  'existsOne/2': { name: 'existsOne', variables: 1, hasFilter: false },
  'filter/2': { name: 'filter', variables: 1, hasFilter: false },
  'map/2': { name: 'map', variables: 1, hasFilter: false },
  'map/3': { name: 'map', variables: 1, hasFilter: true },
  'all/3': { name: 'all', variables: 2, hasFilter: false },
  'exists/3': { name: 'exists', variables: 2, hasFilter: false },
  'existsOne/3': { name: 'existsOne', variables: 2, hasFilter: false },
  'exists_one/3': { name: 'existsOne', variables: 2, hasFilter: false },
  'transformList/3': { name: 'transformList', variables: 2, hasFilter: false },
  'transformList/4': { name: 'transformList', variables: 2, hasFilter: true },
  'transformMap/3': { name: 'transformMap', variables: 2, hasFilter: false },
  'transformMap/4': { name: 'transformMap', variables: 2, hasFilter: true },
  'transformMapEntry/3': { name: 'transformMapEntry', variables: 2, hasFilter: false },
  'transformMapEntry/4': { name: 'transformMapEntry', variables: 2, hasFilter: true },
};

function macro(name: string, target: Expr, { args, at }: MacroCall): Expr | undefined {
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    const [variable, body] = args;
    if (variable && body) return { kind: 'bind', at, name, target, variable: variableName(variable), body };
  }
  const shape = loopsByShape[`${name}/${args.length}`];
  if (!shape) return undefined;
  const variables = args.slice(0, shape.variables).map((arg) => variableName(arg));
  const body = args.at(-1);
  const filter = shape.hasFilter ? args[shape.variables] : undefined;
  if (!body) return undefined;
  return { kind: 'loop', at, name: shape.name, target, variables, filter, body };
}

function variableName(arg: Expr): string {
  if (arg.kind === 'ident') return arg.name;
  throw new PlainError(arg.at, 'argument must be a simple name');
}
