import { type FilterFault, type ODataFilter, parseODataFilter } from '../http/index.ts';
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

const limits = { characters: 8192, nestingLevels: 100, conditions: 500 } as const;

/** Parses `$filter`; undefined when there is none. Throws InvalidFilterInQueryString. */
export function parseFilter(filter: string | null): FilterNode | undefined {
  if (filter === null || filter.trim() === '') return undefined;
  return understood(parseODataFilter(filter, { limits, refuse: (fault) => refused(filter, fault) }), filter);
}

function refused(filter: string, fault: FilterFault): Error {
  if (!('passes' in fault))
    return refusals.invalidFilter(`The filter '${filter}' in the query string is invalid.`);
  const how = {
    characters: `is longer than ${limits.characters} characters`,
    nestingLevels: `nests deeper than ${limits.nestingLevels} levels`,
    conditions: `has more than ${limits.conditions} conditions`,
  };
  return refusals.invalidFilter(`The filter in the query string ${how[fault.passes]}.`);
}

/** The filter without what no list of Azure knows: order, sets, and lists within a resource. */
function understood(node: ODataFilter, filter: string): FilterNode {
  const invalid = () => refusals.invalidFilter(`The filter '${filter}' in the query string is invalid.`);
  switch (node.kind) {
    case 'and':
    case 'or': {
      const { kind } = node;
      return node.of.map((part) => understood(part, filter)).reduce((left, right) => ({ kind, left, right }));
    }
    case 'not':
      return { kind: 'not', of: understood(node.of, filter) };
    case 'compare': {
      const { path: name, operator, operand } = node;
      if (operator !== 'eq' && operator !== 'ne') throw invalid();
      return { kind: 'compare', name, operator, value: operand.text };
    }
    case 'call': {
      const args = node.operands.map(({ type, text }) => (type === 'word' ? { name: text } : { text }));
      return { kind: 'call', name: node.name, args };
    }
    case 'in':
    case 'any':
      throw invalid();
  }
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
