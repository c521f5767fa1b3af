import { badRequest, type StatusError } from '../status.ts';

/** One `path=value` or `path!=value` of a field selector. */
export interface FieldRequirement {
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Parses `a=b,c!=d` with `\,`, `\=` and `\\` as escapes. Throws a 400 StatusError. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  if (text === '') return [];
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term === '') continue;
    const parsed = parseTerm(term, text);
    // Nothing that is nothing is so of every object.
    if (parsed.path !== '' || parsed.value !== '') requirements.push(parsed);
  }
  return requirements;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, whole: string): FieldRequirement {
  for (let at = 0; at < term.length; at++) {
    if (term.startsWith('!=', at)) return requirement(term.slice(0, at), false, term.slice(at + 2));
    if (term.startsWith('==', at)) return requirement(term.slice(0, at), true, term.slice(at + 2));
    if (term[at] === '=') return requirement(term.slice(0, at), true, term.slice(at + 1));
  }
  throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`);
}

function requirement(path: string, equal: boolean, value: string): FieldRequirement {
  return { path, equal, value: unescaped(value) };
}

function unescaped(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') {
      const escaped = text[++at] ?? '';
      if (!/^[\\,=]$/.test(escaped)) throw unreadable(`invalid escape sequence: \\${escaped}`);
      plain += escaped;
    } else if (character === ',' || character === '=') {
      throw unreadable(`unescaped character in value: ${character.charCodeAt(0)}`);
    } else plain += character;
  }
  return plain;
}

function unreadable(why: string): StatusError {
  return badRequest(`invalid field selector: ${why}`);
}
