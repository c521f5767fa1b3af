import { TemplateError } from './errors.ts';
import { templateLimits } from './limits.ts';

/** What stands between the brackets of `[...]`. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression };

/** True for a text that is an expression; `[[` begins one that is not. */
export function isExpression(text: string): boolean {
  return text.length > 1 && text.startsWith('[') && text.endsWith(']') && !text.startsWith('[[');
}

/** A text that is no expression, as it is meant: `[[a]` is `[a]`. */
export function plainText(text: string): string {
  return text.startsWith('[[') && text.endsWith(']') ? text.slice(1) : text;
}

/** A text that is to come out of an evaluation as it stands. */
export function asLiteral(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? `[${text}` : text;
}

/** Reads `[...]`. Throws TemplateError with the token that was expected. */
export function parseExpression(text: string): Expression {
  if (text.length > templateLimits.expressionCharacters) {
    throw new TemplateError(
      `Template language expression length limit exceeded. Limit: '${templateLimits.expressionCharacters}' and actual: '${text.length}'. ` +
        'Please see https://aka.ms/arm-functions for usage details.',
    );
  }
  const inner = text.slice(1, -1);
  return new Parser(inner, tokensOf(inner)).whole();
}

type TokenKind =
  | 'Literal'
  | 'Integer'
  | 'Identifier'
  | 'LeftParenthesis'
  | 'RightParenthesis'
  | 'LeftSquareBracket'
  | 'RightSquareBracket'
  | 'Comma'
  | 'Dot'
  | 'EndOfData';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const marks: Readonly<Record<string, TokenKind>> = {
  '(': 'LeftParenthesis',
  ')': 'RightParenthesis',
  '[': 'LeftSquareBracket',
  ']': 'RightSquareBracket',
  ',': 'Comma',
  '.': 'Dot',
};

const token = /\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$-]*)|([()[\],.]))\s*/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw unparsable(text, `unexpected character at position ${at + 1}`);
    const [, literal, integer, identifier, mark] = found;
    if (literal !== undefined) tokens.push({ kind: 'Literal', text: literal.replaceAll("''", "'") });
    else if (integer !== undefined) tokens.push({ kind: 'Integer', text: integer });
    else if (identifier !== undefined) tokens.push({ kind: 'Identifier', text: identifier });
    else if (mark !== undefined) tokens.push({ kind: marks[mark] ?? 'EndOfData', text: mark });
  }
  return tokens;
}

function unparsable(text: string, why: string): TemplateError {
  return new TemplateError(
    `Unable to parse language expression '${text}': ${why}. Please see https://aka.ms/arm-functions for usage details.`,
  );
}

const end: Token = { kind: 'EndOfData', text: '' };

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  whole(): Expression {
    const found = this.#expression(0);
    this.#take('EndOfData');
    return found;
  }

  #expression(level: number): Expression {
    if (level > templateLimits.expressionLevels) {
      throw unparsable(
        this.#text.slice(0, 100),
        `it nests deeper than ${templateLimits.expressionLevels} levels`,
      );
    }
    let found = this.#primary(level);
    for (;;) {
      if (this.#next().kind === 'Dot') {
        this.#at++;
        found = { kind: 'member', of: found, name: this.#take('Identifier').text };
      } else if (this.#next().kind === 'LeftSquareBracket') {
        this.#at++;
        const index = this.#expression(level + 1);
        this.#take('RightSquareBracket');
        found = { kind: 'index', of: found, index };
      } else return found;
    }
  }

  #primary(level: number): Expression {
    const { kind, text } = this.#next();
    if (kind === 'Literal') {
      this.#at++;
      return { kind: 'literal', value: text };
    }
    if (kind === 'Integer') {
      this.#at++;
      return { kind: 'literal', value: Number(text) };
    }
    let name = this.#take('Identifier').text;
    if (this.#next().kind === 'Dot') {
      this.#at++;
      name += `.${this.#take('Identifier').text}`;
    }
    return { kind: 'call', name, args: this.#args(level) };
  }

  #args(level: number): Expression[] {
    this.#take('LeftParenthesis');
    const args: Expression[] = [];
    if (this.#next().kind === 'RightParenthesis') {
      this.#at++;
      return args;
    }
    for (;;) {
      args.push(this.#expression(level + 1));
      if (this.#next().kind !== 'Comma') break;
      this.#at++;
    }
    this.#take('RightParenthesis');
    return args;
  }

  #next(): Token {
    return this.#tokens[this.#at] ?? end;
  }

  #take(kind: TokenKind): Token {
    const found = this.#next();
    if (found.kind !== kind)
      throw unparsable(this.#text, `expected token '${kind}' and actual '${found.kind}'`);
    this.#at++;
    return found;
  }
}
