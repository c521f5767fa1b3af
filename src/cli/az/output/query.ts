import * as jmespath from '@jmespath-community/jmespath';
import { errorMessage } from '../../../base/index.ts';
import { AzError, UsageError } from '../errors.ts';

/** A compiled `--query`. */
export interface Query {
  apply(value: unknown): unknown;
}

/** Compiles a JMESPath expression; a syntax error is a usage error. */
export function compileQuery(expression: string): Query {
  const tree = parse(expression);
  return {
    apply(value) {
      try {
        return jmespath.TreeInterpreter.search(tree, plainValue(value)) ?? null;
      } catch (thrown) {
        throw new AzError(`Invalid jmespath query supplied for \`--query\`: ${errorMessage(thrown)}`);
      }
    },
  };
}

function parse(expression: string) {
  try {
    return jmespath.compile(expression, { enable_legacy_literals: true });
  } catch {
    throw new UsageError(`argument --query: invalid jmespath_type value: '${expression}'`, {
      hints: false,
      advice: [
        "To learn more about --query, please visit: 'https://learn.microsoft.com/cli/azure/query-azure-cli'",
      ],
    });
  }
}

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };
type Member = readonly [string, unknown];

/** The value as plain JSON with sorted keys, so that objects which the query passes on print in order. */
function plainValue(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === 'object') {
    const members: Member[] = Object.entries(value).sort(([a]: Member, [b]: Member) => (a < b ? -1 : 1));
    const present = members.filter(([, member]) => member !== undefined);
    // Without a prototype: the library finds whatever name an object answers to, `constructor` too.
    const plain: { [key: string]: Plain } = Object.create(null);
    for (const [key, member] of present) plain[key] = plainValue(member);
    return plain;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  // The library hands on what it does not know, so an integer of 64 bits arrives to the digit.
  if (typeof value === 'bigint') return value as unknown as number;
  return String(value);
}
