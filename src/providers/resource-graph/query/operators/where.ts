import { compileCondition } from '../compile.ts';
import { readExpression } from '../parser.ts';
import { eachRow, type Operator } from './operator.ts';

/** `where`: rows for which something holds. */
export const where: Operator = {
  words: ['where', 'filter'],
  read(reader, { scope }) {
    const expression = readExpression(reader);
    reader.expectEnd();
    const condition = compileCondition(expression, scope);
    return {
      columns: scope.columns,
      async run(rows, { budget }) {
        const kept: (typeof rows)[number][] = [];
        await eachRow(rows, budget, (row) => {
          if (condition.run(row, budget) === true) kept.push(row);
        });
        return kept;
      },
    };
  },
};
