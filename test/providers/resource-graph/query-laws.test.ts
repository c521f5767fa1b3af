import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../../../src/providers/resource-graph/query/columns.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { ask, type Tables } from './ask.ts';

type Model = { readonly id: string; readonly kind: string; readonly size: number | null };

/** A table by chance, and the same as plain objects. */
function tableBy(seed: string): { readonly tables: Tables; readonly model: readonly Model[] } {
  const random = seededRandom(seed);
  const below = (count: number) => Number.parseInt(random.uuid().slice(0, 8), 16) % count;
  const model = Array.from({ length: 5 + below(40) }, (_, at) => ({
    id: `r${at}`,
    kind: ['a', 'b', 'C', 'c', ''][below(5)] ?? '',
    size: below(6) === 0 ? null : below(10),
  }));
  const columns = [
    { name: 'id', type: 'string' },
    { name: 'kind', type: 'string' },
    { name: 'size', type: 'long' },
  ] as const;
  const rows: Row[] = model.map(({ id, kind, size }) => [id, kind, size]);
  return { tables: { resources: { columns, rows } }, model };
}

const seeds = Array.from({ length: 25 }, (_, at) => `query ${at}`);

/** What a query answers, as text: for comparing with what a model says. */
async function answers(query: string, tables: Tables): Promise<string[]> {
  return (await ask(query, tables)).rows.map((row) => JSON.stringify(row));
}

const text = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row));

describe('laws of the query language, for tables by chance', () => {
  test('where keeps what a filter keeps, and two of them are one with and', async () => {
    for (const seed of seeds) {
      const { tables, model } = tableBy(seed);
      const kept = model.filter(({ kind, size }) => kind.toLowerCase() === 'c' && size !== null && size >= 4);
      const expected = text(kept.map(({ id }) => [id]));
      assert.deepEqual(await answers("where kind =~ 'c' and size >= 4 | project id", tables), expected, seed);
      assert.deepEqual(
        await answers("where kind =~ 'c' | where size >= 4 | project id", tables),
        expected,
        seed,
      );
      assert.deepEqual(
        await answers("where not(kind !~ 'c' or size < 4 or isnull(size)) | project id", tables),
        expected,
        seed,
      );
    }
  });

  test('summarize by a column is what grouping by it is, and its counts come to the whole', async () => {
    for (const seed of seeds) {
      const { tables, model } = tableBy(seed);
      const groups = new Map<string, Model[]>();
      for (const one of model) groups.set(one.kind, [...(groups.get(one.kind) ?? []), one]);
      const expected = [...groups].map(([kind, all]) => {
        const sizes = all.flatMap(({ size }) => size ?? []);
        const most = sizes.length === 0 ? null : Math.max(...sizes);
        return [kind, all.length, sizes.reduce((sum, size) => sum + size, 0), most, new Set(sizes).size];
      });
      const query = 'summarize count(), sum(size), max(size), dcount(size) by kind';
      assert.deepEqual(await answers(query, tables), text(expected), seed);
      assert.deepEqual(
        await answers('summarize n = count() by kind | summarize sum(n)', tables),
        text([[model.length]]),
      );
    }
  });

  test('top is order and take, and distinct is what summarize by all of it is', async () => {
    for (const seed of seeds) {
      const { tables } = tableBy(seed);
      const [top, taken] = ['top 5 by size asc, id', 'order by size asc, id | take 5'];
      assert.deepEqual(await answers(top, tables), await answers(taken, tables), seed);
      const [once, grouped] = ['distinct kind, size', 'summarize by kind, size'];
      assert.deepEqual(await answers(once, tables), await answers(grouped, tables), seed);
    }
  });

  test('an inner join is the pairs with equal keys that are not null, and leftouter adds the rows without one', async () => {
    for (const seed of seeds) {
      const { tables, model } = tableBy(seed);
      const pairs = model.flatMap((left) =>
        model.filter(({ size }) => size !== null && size === left.size).map((right) => [left.id, right.id]),
      );
      const on = '(resources | project other = id, size) on size | project id, other';
      assert.deepEqual(await answers(`join kind=inner ${on}`, tables), text(pairs), seed);
      const alone = model.filter(({ size }) => size === null).length;
      const outer = await answers(`join kind=leftouter ${on}`, tables);
      assert.equal(outer.length, pairs.length + alone, seed);
    }
  });

  test('what is expanded and listed again is what it was, and a union has the rows of both', async () => {
    for (const seed of seeds) {
      const { tables, model } = tableBy(seed);
      const again = 'summarize l = make_list(id) | mv-expand l to typeof(string) limit 2000';
      assert.deepEqual(await answers(again, tables), text(model.map(({ id }) => [id])), seed);
      assert.deepEqual(
        await answers('resources | union (resources) | count', tables),
        text([[2 * model.length]]),
        seed,
      );
    }
  });
});
