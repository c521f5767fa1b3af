import type { Column, Row } from '../columns.ts';
import { separated } from '../reader.ts';
import { notSpoken } from '../refusal.ts';
import { eachRow, type Operator, type Plan, refuseMany, refuseWide, type Stage } from './operator.ts';

/** `union (table), …`: the rows of all, with the columns of all by name. */
export const union: Operator = {
  words: ['union'],
  read(reader, { scope, planner }) {
    let inner = false;
    if (reader.accept('kind')) {
      reader.expect('=');
      const at = reader.next;
      const kind = reader.name();
      if (kind !== 'outer' && kind !== 'inner') throw notSpoken(kind, at);
      inner = kind === 'inner';
    }
    if (reader.next.kind === 'name' && reader.ahead(1).text === '=')
      throw notSpoken(reader.next.text, reader.next);
    const others = separated(reader, () => {
      planner.count('unions');
      return planner.table(reader);
    });
    return united(scope.columns, others, inner);
  },
};

function united(own: readonly Column[], others: readonly Plan[], inner: boolean): Stage {
  const all = [own, ...others.map(({ columns }) => columns)];
  const names = [...new Set(all.flatMap((columns) => columns.map(({ name }) => name)))];
  const columns = names
    .filter((name) => !inner || all.every((table) => table.some((column) => column.name === name)))
    .map((name): Column => {
      const types = new Set(
        all.flatMap((table) => table.filter((column) => column.name === name)).map(({ type }) => type),
      );
      const [type = 'dynamic'] = types;
      return { name, type: types.size === 1 ? type : 'dynamic' };
    });
  const placed = (table: readonly Column[]) =>
    columns.map(({ name }) => table.findIndex((one) => one.name === name));
  return {
    columns: refuseWide(columns),
    async run(rows, work) {
      const made: Row[] = [];
      const add = async (more: readonly Row[], table: readonly Column[]) => {
        const places = placed(table);
        refuseMany(made.length + more.length, columns.length);
        await eachRow(more, work.budget, (row) => {
          work.budget.spend(places.length >> 2);
          made.push(places.map((place) => row[place] ?? null));
        });
      };
      await add(rows, own);
      for (const other of others) await add(await other.run(work), other.columns);
      return made;
    },
  };
}
