import { type FilterNode, parseFilter, type ResourceRecord, refusals } from '../../arm/index.ts';

/** What a `$filter` may name, and how it is read from a record. */
export type FilterMembers = Readonly<Record<string, (record: ResourceRecord) => string | undefined>>;

/** The records that a list's `$filter` names: comparisons of `members`, joined by `and`, `or` and `not`, without regard to case. */
export function filtered(
  records: readonly ResourceRecord[],
  filter: string | null,
  members: FilterMembers,
): readonly ResourceRecord[] {
  const node = parseFilter(filter);
  return node ? records.filter(test(node, members)) : records;
}

function test(node: FilterNode, members: FilterMembers): (record: ResourceRecord) => boolean {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [test(node.left, members), test(node.right, members)];
      return node.kind === 'and'
        ? (record) => left(record) && right(record)
        : (record) => left(record) || right(record);
    }
    case 'not': {
      const of = test(node.of, members);
      return (record) => !of(record);
    }
    case 'compare': {
      const name = node.name.replace(/^properties\//i, '').toLowerCase();
      const found = Object.entries(members).find(([member]) => member.toLowerCase() === name);
      if (!found) throw unsupported(node.name, members);
      const wanted = node.value.toLowerCase();
      return (record) => (found[1](record)?.toLowerCase() === wanted) === (node.operator === 'eq');
    }
    case 'call':
      throw unsupported(`${node.name}(...)`, members);
  }
}

function unsupported(what: string, members: FilterMembers): Error {
  return refusals.invalidFilter(
    `The filter expression '${what}' is not supported for this list. Supported: ${Object.keys(members).join(', ')}, with eq and ne.`,
  );
}
