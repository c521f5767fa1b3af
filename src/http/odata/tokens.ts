/** A piece of a filter and where it begins, counted in characters from 0. */
export interface FilterToken {
  readonly type: 'text' | 'value' | 'word' | 'sign';
  /** A text without its quotes. */
  readonly text: string;
  readonly at: number;
}

const blanks = /\s*/y;
const patterns: readonly (readonly [FilterToken['type'], RegExp])[] = [
  ['text', /'((?:[^']|'')*)'/y],
  ['value', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy],
  ['value', /-?\d[\d.:TZ+-]*/y],
  ['word', /[A-Za-z_@$][\w@.$]*(?:\/[\w@.$]+)*/y],
  ['sign', /[(),:]/y],
];

/** The pieces of a filter; where it cannot be read on, `wrongAt` is thrown with the place. */
export function filterTokens(filter: string, wrongAt: (at: number) => Error): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = afterBlanks(filter, 0);
  while (at < filter.length) {
    const token = tokenAt(filter, at);
    if (!token) throw wrongAt(at);
    tokens.push(token.token);
    at = afterBlanks(filter, token.end);
  }
  return tokens;
}

function afterBlanks(filter: string, at: number): number {
  blanks.lastIndex = at;
  blanks.exec(filter);
  return blanks.lastIndex;
}

function tokenAt(filter: string, at: number): { token: FilterToken; end: number } | undefined {
  for (const [type, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(filter);
    if (!found) continue;
    const text = type === 'text' ? (found[1] ?? '').replaceAll("''", "'") : found[0];
    return { token: { type, text, at }, end: pattern.lastIndex };
  }
  return undefined;
}
