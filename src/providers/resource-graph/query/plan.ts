import { Budget } from './budget.ts';
import type { Column, Scope } from './columns.ts';
import { compile } from './compile.ts';
import { wordsOf } from './lexer.ts';
import { queryLimits } from './limits.ts';
import { operators } from './operators/index.ts';
import type { Plan, Planner, Stage } from './operators/operator.ts';
import { readExpression } from './parser.ts';
import { Reader } from './reader.ts';
import { notSpoken, tooMuch, unknownTable, unreadable } from './refusal.ts';

/** Columns of a table by its name in lower case; undefined: there is none. */
export type Schema = (table: string) => readonly Column[] | undefined;

/** The table of a query that names none. */
const defaultTable = 'resources';

/** Reads a query and binds it to the tables. Throws QueryRefusal. */
export function planQuery(text: string, schema: Schema, nowMs: number): Plan {
  const reader = new Reader(wordsOf(text));
  const plan = new QueryPlanner(schema).query(reader, new Budget(nowMs));
  if (reader.next.kind !== 'end') throw unreadable(reader.next);
  return plan;
}

type Lets = Scope['lets'];

class QueryPlanner {
  readonly #schema: Schema;
  readonly #counts = { joins: 0, unions: 0, expansions: 0, operators: 0 };
  #lets: Lets = new Map();
  #level = 0;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  query(reader: Reader, budget: Budget): Plan {
    while (reader.accept('let')) this.#let(reader, budget);
    if (reader.next.kind === 'end') throw unreadable(reader.next);
    const plan = this.#pipeline(reader);
    reader.accept(';');
    return plan;
  }

  /** `let name = scalar;` */
  #let(reader: Reader, budget: Budget): void {
    const name = reader.name();
    reader.expect('=');
    const at = reader.next;
    const isTable = at.kind === 'name' && this.#schema(at.text.toLowerCase()) !== undefined;
    if (isTable || operators.has(at.text)) throw notSpoken('let', at);
    const { type, run } = compile(readExpression(reader), { columns: [], lets: this.#lets });
    reader.expect(';');
    this.#lets = new Map([...this.#lets, [name, { type, value: run([], budget) }]]);
  }

  #pipeline(reader: Reader): Plan {
    if (this.#level > queryLimits.nestingLevels) throw tooMuch('tables are nested too deeply');
    this.#level++;
    let plan = this.#source(reader);
    while (reader.accept('|')) plan = this.#piped(plan, reader);
    this.#level--;
    return plan;
  }

  /** A table; none at all where an operator stands. */
  #source(reader: Reader): Plan {
    const at = reader.next;
    if (reader.accept('(')) {
      const plan = this.#pipeline(reader);
      reader.expect(')');
      return plan;
    }
    if (at.kind === 'sign' && at.text === '|') return this.#named(defaultTable);
    const follows = reader.ahead(1);
    const isAlone = follows.kind === 'end' || ['|', ')', ',', ';'].includes(follows.text);
    if (at.kind === 'name' && (isAlone || this.#schema(at.text.toLowerCase()))) {
      if (!operators.has(at.text)) return this.#named(reader.take().text);
    }
    // `union resources, …` begins with nothing of its own.
    const first = at.text === 'union' ? { columns: [], run: async () => [] } : this.#named(defaultTable);
    return this.#piped(first, reader);
  }

  #named(name: string): Plan {
    const table = name.toLowerCase();
    const columns = this.#schema(table);
    if (!columns) throw unknownTable(name);
    return { columns, run: (work) => work.rows(table) };
  }

  #piped(plan: Plan, reader: Reader): Plan {
    const { word, at } = reader.operatorWord();
    const operator = operators.get(word);
    if (!operator) throw notSpoken(word, at);
    if (++this.#counts.operators > queryLimits.operators) {
      throw tooMuch(`a query has at most ${queryLimits.operators} operators`);
    }
    const scope: Scope = { columns: plan.columns, lets: this.#lets };
    const stage: Stage = operator.read(reader, { scope, planner: this.#planner(), at });
    return { columns: stage.columns, run: async (work) => stage.run(await plan.run(work), work) };
  }

  #planner(): Planner {
    return {
      table: (reader) => {
        if (!reader.accept('(')) return this.#named(reader.name());
        const plan = this.#pipeline(reader);
        reader.expect(')');
        return plan;
      },
      count: (kind) => {
        if (++this.#counts[kind] > queryLimits[kind]) {
          throw tooMuch(`a query has at most ${queryLimits[kind]} ${kind}`);
        }
      },
    };
  }
}
