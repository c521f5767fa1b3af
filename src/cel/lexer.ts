import type { Issue } from './syntax.ts';

export interface Token {
  readonly kind: 'ident' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
  /** The value of a literal. */
  readonly value?: bigint | number | string | Uint8Array;
}

/** Thrown for text that is no CEL expression. */
export class CelSyntaxError extends Error {
  readonly issue: Issue;

  constructor(at: number, message: string, kind = 'Syntax error: ') {
    super(message);
    this.name = 'CelSyntaxError';
    this.issue = { at, message: `${kind}${message}` };
  }
}

/** Field names that Kubernetes does not switch on. */
const backquoted = /`[a-zA-Z0-9_./\- ]+`/y;
const symbols = /(?:==|!=|<=|>=|&&|\|\||\[\?|[()[\]{}.,?:+\-*/%!<>])/y;
const space = /(?:[\t\n\f\r ]+|\/\/[^\n]*)/y;
const identifier = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const double = /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const integer = /(?:0x[0-9a-fA-F]+|[0-9]+)[uU]?/y;
const quoted =
  /(?:[rR]?[bB]?|[bB][rR])(?:"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')/y;
const rawQuoted = /(?:[rR][bB]?|[bB][rR])(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')/y;

/** The tokens of an expression, with an `end`. Throws CelSyntaxError. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const blank = take(space);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const token = literal(take, at) ?? word(take, at);
    if (!token && take(backquoted)) throw new CelSyntaxError(at, "unsupported syntax: '`'", '');
    if (!token) throw new CelSyntaxError(at, `token recognition error at: '${source.charAt(at)}'`);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at });
  return tokens;
}

type Take = (pattern: RegExp) => string | undefined;

function literal(take: Take, at: number): Token | undefined {
  const raw = take(rawQuoted);
  if (raw !== undefined) return quotedToken(raw, at);
  const text = take(quoted);
  if (text !== undefined) return quotedToken(text, at);
  const real = take(double);
  if (real !== undefined) return { kind: 'double', text: real, at, value: Number(real) };
  const whole = take(integer);
  if (whole === undefined) return undefined;
  const unsigned = /[uU]$/.test(whole);
  return {
    kind: unsigned ? 'uint' : 'int',
    text: whole,
    at,
    value: BigInt(unsigned ? whole.slice(0, -1) : whole),
  };
}

function word(take: Take, at: number): Token | undefined {
  const name = take(identifier);
  if (name !== undefined) return { kind: 'ident', text: name, at };
  const symbol = take(symbols);
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol, at };
}

function quotedToken(text: string, at: number): Token {
  const prefix = /^[rRbB]*/.exec(text)?.[0].toLowerCase() ?? '';
  const body = text.slice(prefix.length);
  const width = body.startsWith('"""') || body.startsWith("'''") ? 3 : 1;
  const inner = body.slice(width, -width);
  const isRaw = prefix.includes('r');
  if (prefix.includes('b')) {
    return { kind: 'bytes', text, at, value: isRaw ? new TextEncoder().encode(inner) : bytesOf(inner, at) };
  }
  return { kind: 'string', text, at, value: isRaw ? inner : unescapeText(inner, at) };
}

const escapeSequence =
  /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g;

const singleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

function unescapeText(text: string, at: number): string {
  if (!text.includes('\\')) return text;
  return text.replace(escapeSequence, (_, hex, upperHex, short, long, octal, single) => {
    const digits: string | undefined = hex ?? upperHex ?? short ?? long;
    if (digits !== undefined) return codePoint(Number.parseInt(digits, 16), at);
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    return singleEscape(single, at);
  });
}

function codePoint(code: number, at: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new CelSyntaxError(at, 'invalid unicode code point');
  return String.fromCodePoint(code);
}

function singleEscape(character: string, at: number): string {
  const value = singleEscapes[character];
  if (value === undefined) throw new CelSyntaxError(at, 'unable to unescape string');
  return value;
}

/** In bytes, hexadecimal and octal escapes are bytes and everything else is UTF-8. */
function bytesOf(text: string, at: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const match of text.matchAll(escapeSequence)) {
    parts.push(new TextEncoder().encode(text.slice(from, match.index)));
    const [, hex, upperHex, short, long, octal, single = ''] = match;
    const byte = hex ?? upperHex;
    if (byte !== undefined) parts.push(Uint8Array.of(Number.parseInt(byte, 16)));
    else if (octal !== undefined) parts.push(Uint8Array.of(Number.parseInt(octal, 8)));
    else if (short ?? long) throw new CelSyntaxError(at, 'unable to unescape string');
    else parts.push(new TextEncoder().encode(singleEscape(single, at)));
    from = match.index + match[0].length;
  }
  parts.push(new TextEncoder().encode(text.slice(from)));
  return new Uint8Array(Buffer.concat(parts));
}
