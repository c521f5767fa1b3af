import { type Bound, type Column, derivedName, type Row, type Scope } from '../columns.ts';
import { compile } from '../compile.ts';
import { queryLimits } from '../limits.ts';
import { readNamed } from '../parser.ts';
import { type Reader, separatedColumns } from '../reader.ts';
import { meaningless, notSpoken, tooMuch } from '../refusal.ts';
import { cellOf, isBag, isList, readInstant, readNumber, type Type, textOf, type Value } from '../values.ts';
import { eachRow, type Operator, refuseMany, refuseWide, type Work } from './operator.ts';

interface Expanded {
  readonly place: number;
  readonly bound: Bound;
  readonly type: Type;
}

/** `mv-expand`: a row for each item of a list. */
export const mvExpand: Operator = {
  words: ['mv-expand', 'mvexpand'],
  read(reader, { scope, planner }) {
    planner.count('expansions');
    if (
      reader.next.kind === 'name' &&
      ['bagexpansion', 'kind', 'with_itemindex'].includes(reader.next.text)
    ) {
      if (reader.ahead(1).text === '=') throw notSpoken(reader.next.text, reader.next);
    }
    let columns: readonly Column[] = scope.columns;
    const items = separatedColumns(reader, () => {
      const read = readItem(reader, { ...scope, columns });
      const found = columns.findIndex(({ name }) => name === read.name);
      const place = found >= 0 ? found : columns.length;
      columns = columns.toSpliced(place, 1, { name: read.name, type: read.type });
      return { place, bound: read.bound, type: read.type };
    });
    let most: number = queryLimits.expandedRowsByDefault;
    if (reader.accept('limit')) most = reader.count();
    if (most > queryLimits.expandedRows) {
      throw tooMuch(`mv-expand makes at most ${queryLimits.expandedRows} rows of one`);
    }
    return { columns: refuseWide(columns), run: (rows, work) => expanded(rows, { items, most, work }) };
  },
};

function readItem(reader: Reader, scope: Scope) {
  const at = reader.next;
  const { name, expression } = readNamed(reader);
  const bound = compile(expression, scope);
  if (bound.type !== 'dynamic') {
    throw meaningless(`mvexpand: expanded expression expected to have dynamic type`, at);
  }
  let type: Type = 'dynamic';
  if (reader.accept('to')) {
    reader.expect('typeof');
    reader.expect('(');
    const word = reader.take();
    const known = Object.hasOwn(types, word.text) ? types[word.text] : undefined;
    if (!known) throw notSpoken(word.text, word);
    type = known;
    reader.expect(')');
  }
  return { name: name ?? derivedName(expression) ?? 'Column1', bound, type };
}

const types: Readonly<Record<string, Type>> = {
  string: 'string',
  int: 'long',
  long: 'long',
  real: 'real',
  double: 'real',
  bool: 'bool',
  datetime: 'datetime',
  dynamic: 'dynamic',
};

async function expanded(
  rows: readonly Row[],
  { items, most, work }: { readonly items: readonly Expanded[]; readonly most: number; readonly work: Work },
): Promise<Row[]> {
  const made: Row[] = [];
  const { budget } = work;
  await eachRow(rows, budget, (row) => {
    const lists = items.map(({ bound }) => itemsOf(bound.run(row, budget), most));
    const count = Math.max(1, ...lists.map((list) => list.length));
    refuseMany(made.length + count, row.length + items.length);
    budget.spend(count * (1 + (row.length >> 2)));
    for (let at = 0; at < count; at++) {
      const cells = [...row];
      for (const [which, { place, type }] of items.entries()) {
        cells[place] = typed(lists[which]?.[at] ?? null, type, work);
      }
      made.push(cells);
    }
  });
  return made;
}

/** Of a bag each member as a bag of its own; what is neither stays alone. */
function itemsOf(value: Value, most: number): readonly Value[] {
  if (isList(value)) return value.slice(0, most).map(cellOf);
  if (!isBag(value)) return [value];
  return Object.entries(value)
    .slice(0, most)
    .map(([name, item]) => ({ [name]: item ?? null }));
}

function typed(value: Value, type: Type, { budget }: Work): Value {
  switch (type) {
    case 'string':
      return textOf(value, budget);
    case 'long':
    case 'real':
      return readNumber(value);
    case 'bool':
      return typeof value === 'boolean' ? value : null;
    case 'datetime':
      return readInstant(value);
    default:
      return value;
  }
}
