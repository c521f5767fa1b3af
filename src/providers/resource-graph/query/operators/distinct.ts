import { type Column, derivedName, freeName, type Row } from '../columns.ts';
import { compile } from '../compile.ts';
import { readNamed } from '../parser.ts';
import { separatedColumns } from '../reader.ts';
import { meaningless } from '../refusal.ts';
import { keyOf } from '../values.ts';
import { eachRow, type Operator, refuseMany, refuseWide } from './operator.ts';

/** `distinct`: each combination once. `*` is every column. */
export const distinct: Operator = {
  words: ['distinct'],
  read(reader, { scope }) {
    const all = reader.accept('*');
    const taken = new Set<string>();
    const items = all
      ? scope.columns.map(({ name, type }, at) => ({
          name,
          bound: { type, run: (row: Row) => row[at] ?? null },
        }))
      : separatedColumns(reader, () => {
          const { name, expression } = readNamed(reader);
          const bound = compile(expression, scope);
          if (bound.type === 'dynamic') {
            throw meaningless(
              "distinct operator: columns can't be of dynamic type. Use an explicit cast",
              expression.at,
            );
          }
          const free = freeName(name ?? derivedName(expression) ?? 'Column1', taken);
          taken.add(free);
          return { name: free, bound };
        });
    const columns: Column[] = items.map(({ name, bound }) => ({ name, type: bound.type }));
    return {
      columns: refuseWide(columns),
      async run(rows, { budget }) {
        const seen = new Map<string, Row>();
        await eachRow(rows, budget, (row) => {
          budget.spend(columns.length);
          const values = items.map(({ bound }) => bound.run(row, budget));
          const key = keyOf(values, budget);
          if (seen.has(key)) return;
          seen.set(key, values);
          refuseMany(seen.size, columns.length);
        });
        return [...seen.values()];
      },
    };
  },
};
