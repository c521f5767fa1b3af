import { type Bound, type Column, derivedName, freeName, type Row, type Scope } from '../columns.ts';
import { compile } from '../compile.ts';
import type { NamedExpression } from '../expression.ts';
import { readNamed } from '../parser.ts';
import { type Reader, separatedColumns } from '../reader.ts';
import { meaningless } from '../refusal.ts';
import { eachRow, type Operator, refuseMany, refuseWide, type Stage } from './operator.ts';

/** `project`: these columns, in this order. */
export const project: Operator = {
  words: ['project'],
  read(reader, { scope }) {
    const named = separatedColumns(reader, () => readNamed(reader));
    const taken = new Set(named.flatMap(({ name }) => name ?? []));
    const columns: Column[] = [];
    const bound: Bound[] = [];
    for (const [at, one] of named.entries()) {
      const value = compile(one.expression, scope);
      const name = one.name ?? nameOf(one, at, taken);
      if (columns.some((column) => column.name === name)) {
        throw meaningless(`The column named '${name}' is projected twice`, one.expression.at);
      }
      columns.push({ name, type: value.type });
      bound.push(value);
    }
    return computed(refuseWide(columns), (row, budget) => bound.map((one) => one.run(row, budget)));
  },
};

function nameOf({ expression }: NamedExpression, at: number, taken: Set<string>): string {
  const name = freeName(derivedName(expression) ?? `Column${at + 1}`, taken);
  taken.add(name);
  return name;
}

function computed(
  columns: readonly Column[],
  make: (row: Row, budget: Parameters<Bound['run']>[1]) => Row,
): Stage {
  return {
    columns,
    async run(rows, { budget }) {
      refuseMany(rows.length, columns.length);
      const made: Row[] = [];
      await eachRow(rows, budget, (row) => {
        budget.spend(columns.length);
        made.push(make(row, budget));
      });
      return made;
    },
  };
}

/** `extend`: more columns, each of which the next one sees; those of the same name are replaced. */
export const extend: Operator = {
  words: ['extend'],
  read(reader, { scope }) {
    let columns: readonly Column[] = scope.columns;
    const steps: { readonly at: number; readonly bound: Bound }[] = [];
    for (const [index, one] of separatedColumns(reader, () => readNamed(reader)).entries()) {
      const bound = compile(one.expression, { ...scope, columns });
      const taken = new Set(columns.map(({ name }) => name));
      const name = one.name ?? freeName(derivedName(one.expression) ?? `Column${index + 1}`, taken);
      const found = columns.findIndex((column) => column.name === name);
      const at = found >= 0 ? found : columns.length;
      columns = refuseWide(columns.toSpliced(at, 1, { name, type: bound.type }));
      steps.push({ at, bound });
    }
    return computed(columns, (row, budget) => {
      const cells = [...row];
      for (const { at, bound } of steps) cells[at] = bound.run(cells, budget);
      return cells;
    });
  },
};

/** The columns that a name means; `*` in it stands for anything. */
function columnsNamed(reader: Reader, { columns }: Scope): Column[] {
  const at = reader.next;
  let pattern = reader.is('*') ? reader.take().text : reader.name();
  while (reader.next.start === at.start + pattern.length && (reader.is('*') || reader.next.kind === 'name')) {
    pattern += reader.take().text;
  }
  const parts = pattern.split('*');
  const found = columns.filter(({ name }) => fits(name, parts));
  if (found.length === 0 && parts.length === 1) {
    throw meaningless(`Failed to resolve column named '${pattern}'`, at);
  }
  return found;
}

function fits(name: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  if (others.length === 0) return name === first;
  const last = others.at(-1) ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let at = first.length;
  for (const part of others.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** The columns of a table in another choice or order. */
function chosen(scope: Scope, columns: readonly Column[]): Stage {
  const places = columns.map((column) => scope.columns.indexOf(column));
  return computed(columns, (row) => places.map((place) => row[place] ?? null));
}

function listed(reader: Reader, scope: Scope): Set<Column> {
  return new Set(separatedColumns(reader, () => columnsNamed(reader, scope)).flat());
}

/** `project-away`: all columns but these. */
export const projectAway: Operator = {
  words: ['project-away'],
  read(reader, { scope }) {
    const gone = listed(reader, scope);
    return chosen(
      scope,
      scope.columns.filter((column) => !gone.has(column)),
    );
  },
};

/** `project-keep`: these columns, in the order they had. */
export const projectKeep: Operator = {
  words: ['project-keep'],
  read(reader, { scope }) {
    const kept = listed(reader, scope);
    return chosen(
      scope,
      scope.columns.filter((column) => kept.has(column)),
    );
  },
};

/** `project-reorder`: these columns first. */
export const projectReorder: Operator = {
  words: ['project-reorder'],
  read(reader, { scope }) {
    const first = listed(reader, scope);
    const others = scope.columns.filter((column) => !first.has(column));
    return chosen(scope, [...first, ...others]);
  },
};

/** `project-rename`: `new = old`. */
export const projectRename: Operator = {
  words: ['project-rename'],
  read(reader, { scope }) {
    let columns: readonly Column[] = scope.columns;
    const rename = () => {
      const at = reader.next;
      const fresh = reader.name();
      reader.expect('=');
      const old = reader.name();
      const place = columns.findIndex(({ name }) => name === old);
      const column = columns[place];
      if (!column) throw meaningless(`Failed to resolve column named '${old}'`, at);
      if (columns.some(({ name }) => name === fresh)) {
        throw meaningless(`The column named '${fresh}' is there already`, at);
      }
      columns = columns.with(place, { ...column, name: fresh });
    };
    separatedColumns(reader, rename);
    return { columns, run: (rows) => rows };
  },
};
