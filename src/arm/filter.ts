import type { ResourceRecord } from './contract.ts';
import { refusals } from './errors.ts';
import { groupNameOf } from './ids.ts';
import { normalLocation } from './regions.ts';

export type RecordMatcher = (record: ResourceRecord) => boolean;

/** A parsed `$filter`: the subset of OData that Azure's lists understand. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: 'not'; readonly of: FilterNode }
  | {
      readonly kind: 'compare';
      readonly name: string;
      readonly operator: 'eq' | 'ne';
      readonly value: string;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly FilterArgument[] };

export type FilterArgument = { readonly name: string } | { readonly text: string };

export const filterLimits = { characters: 8192, nestingLevels: 100, terms: 500 } as const;

/** Parses `$filter`; undefined when there is none. Throws InvalidFilterInQueryString. */
export function parseFilter(filter: string | null): FilterNode | undefined {
  if (filter === null || filter.trim() === '') return undefined;
  return new FilterParser(filter).parse();
}

/** The filter of resource and resource group lists as a test of one record. */
export function compileFilter(filter: string | null): RecordMatcher {
  const node = parseFilter(filter);
  return node ? compileNode(node) : () => true;
}

function compileNode(node: FilterNode): RecordMatcher {
  switch (node.kind) {
    case 'and':
    case 'or':
      return compilePair(node);
    case 'not': {
      const of = compileNode(node.of);
      return (record) => !of(record);
    }
    case 'compare': {
      const is = compileComparison(node.name, node.value);
      return node.operator === 'eq' ? is : (record) => !is(record);
    }
    case 'call':
      return compileCall(node.name, node.args);
  }
}

/** `tagName eq 'a' and tagValue eq 'b'` speaks of one tag, not of two conditions on any. */
function compilePair(node: FilterNode & { kind: 'and' | 'or' }): RecordMatcher {
  const { left, right } = node;
  if (node.kind === 'and' && left.kind === 'compare' && right.kind === 'compare') {
    const tagName = [left, right].find(({ name }) => name.toLowerCase() === 'tagname');
    const tagValue = [left, right].find(({ name }) => name.toLowerCase() === 'tagvalue');
    if (tagName && tagValue && tagName.operator === 'eq' && tagValue.operator === 'eq') {
      const wanted = tagName.value.toLowerCase();
      return ({ tags }) =>
        Object.entries(tags ?? {}).some(([n, v]) => n.toLowerCase() === wanted && v === tagValue.value);
    }
  }
  const first = compileNode(left);
  const second = compileNode(right);
  return node.kind === 'and'
    ? (record) => first(record) && second(record)
    : (record) => first(record) || second(record);
}

function compileComparison(name: string, value: string): RecordMatcher {
  const wanted = value.toLowerCase();
  if (name.toLowerCase() === 'location')
    return (record) => record.location !== undefined && record.location === normalLocation(value);
  if (name.toLowerCase() === 'tagvalue')
    return ({ tags }) => Object.values(tags ?? {}).some((content) => content === value);
  const read = textReader(name);
  return (record) => read(record).some((text) => text.toLowerCase() === wanted);
}

function compileCall(name: string, args: readonly FilterArgument[]): RecordMatcher {
  const member = args.find((argument) => 'name' in argument);
  const given = args.find((argument) => 'text' in argument);
  if (!member || !given || args.length !== 2) throw unsupported(`${name}(...)`);
  const read = textReader(member.name);
  const part = given.text.toLowerCase();
  switch (name.toLowerCase()) {
    case 'substringof':
    case 'contains':
      return (record) => read(record).some((text) => text.toLowerCase().includes(part));
    case 'startswith':
      return (record) => read(record).some((text) => text.toLowerCase().startsWith(part));
    case 'endswith':
      return (record) => read(record).some((text) => text.toLowerCase().endsWith(part));
    default:
      throw unsupported(`${name}(...)`);
  }
}

function textReader(name: string): (record: ResourceRecord) => readonly string[] {
  switch (name.toLowerCase()) {
    case 'name':
      return (record) => [record.name];
    case 'id':
      return (record) => [record.id];
    case 'resourcetype':
      return (record) => [record.type];
    case 'resourcegroup':
      return (record) => [groupNameOf(record.id) ?? ''];
    case 'location':
      return (record) => [record.location ?? ''];
    case 'kind':
      return (record) => [record.kind ?? ''];
    case 'managedby':
      return (record) => [record.managedBy ?? ''];
    case 'tagname':
      return (record) => Object.keys(record.tags ?? {});
    case 'tagvalue':
      return (record) => Object.values(record.tags ?? {});
    case 'identity/principalid':
      return (record) => [principalIdOf(record)];
    default:
      throw unsupported(name);
  }
}

function principalIdOf({ identity }: ResourceRecord): string {
  const principal =
    typeof identity === 'object' && identity !== null && !Array.isArray(identity)
      ? identity.principalId
      : undefined;
  return typeof principal === 'string' ? principal : '';
}

function unsupported(what: string): Error {
  return refusals.invalidFilter(`The filter expression '${what}' is not supported for this list.`);
}

const tokens = /\s*(?:(')((?:[^']|'')*)'|([A-Za-z_][\w/.]*)|([(),]))/y;

interface Token {
  readonly text: string | undefined;
  readonly word: string | undefined;
  readonly mark: string | undefined;
}

class FilterParser {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(source: string) {
    this.#source = source;
    if (source.length > filterLimits.characters) {
      throw refusals.invalidFilter(
        `The filter in the query string is longer than ${filterLimits.characters} characters.`,
      );
    }
    let position = 0;
    const length = source.trimEnd().length;
    while (position < length) {
      tokens.lastIndex = position;
      const match = tokens.exec(source);
      if (!match) throw this.#invalid();
      position = tokens.lastIndex;
      this.#tokens.push({
        text: match[1] === undefined ? undefined : (match[2] ?? '').replaceAll("''", "'"),
        word: match[3],
        mark: match[4],
      });
    }
  }

  parse(): FilterNode {
    const node = this.#or();
    if (this.#at < this.#tokens.length) throw this.#invalid();
    return node;
  }

  /** Filters are walked by recursion, each operand one level deeper: what nests too deep gets no further. */
  #enter(): void {
    if (++this.#depth <= filterLimits.nestingLevels) return;
    throw refusals.invalidFilter(
      `The filter in the query string nests deeper than ${filterLimits.nestingLevels} levels.`,
    );
  }

  #or(): FilterNode {
    let left = this.#and();
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): FilterNode {
    let left = this.#unary();
    while (this.#takeWord('and')) left = { kind: 'and', left, right: this.#unary() };
    return left;
  }

  #unary(): FilterNode {
    if (this.#takeWord('not')) {
      this.#enter();
      const of = this.#unary();
      this.#depth--;
      return { kind: 'not', of };
    }
    if (this.#takeMark('(')) {
      this.#enter();
      const inner = this.#or();
      this.#depth--;
      if (!this.#takeMark(')')) throw this.#invalid();
      return inner;
    }
    if (++this.#terms > filterLimits.terms) {
      throw refusals.invalidFilter(
        `The filter in the query string has more than ${filterLimits.terms} conditions.`,
      );
    }
    const name = this.#next().word;
    if (name === undefined) throw this.#invalid();
    if (this.#takeMark('(')) return { kind: 'call', name, args: this.#arguments() };
    const operator = this.#next().word?.toLowerCase();
    const { text, word } = this.#next();
    const value = text ?? word;
    if ((operator !== 'eq' && operator !== 'ne') || value === undefined) throw this.#invalid();
    return { kind: 'compare', name, operator, value };
  }

  #arguments(): FilterArgument[] {
    const args: FilterArgument[] = [];
    if (this.#takeMark(')')) return args;
    for (;;) {
      const { text, word } = this.#next();
      if (text !== undefined) args.push({ text });
      else if (word !== undefined) args.push({ name: word });
      else throw this.#invalid();
      if (this.#takeMark(')')) return args;
      if (!this.#takeMark(',')) throw this.#invalid();
    }
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw this.#invalid();
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.word?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #takeMark(mark: string): boolean {
    if (this.#tokens[this.#at]?.mark !== mark) return false;
    this.#at++;
    return true;
  }

  #invalid(): Error {
    return refusals.invalidFilter(`The filter '${this.#source}' in the query string is invalid.`);
  }
}
