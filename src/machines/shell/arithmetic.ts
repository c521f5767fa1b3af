import { SyntaxFault } from './words.ts';

/** What `$((…))` comes to: whole numbers, variables, and the operators of C but assignments. Throws SyntaxFault. */
export function arithmetic(text: string, env: ReadonlyMap<string, string>): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|==|!=|<=|>=|&&|\|\||[-+*/%()<>!]|\S/g) ?? [];
  if (tokens.length === 0) return 0;
  if (tokens.length > 1_000) throw new SyntaxFault('arithmetic syntax error');
  const reader = { tokens, at: 0, env };
  const value = binary(reader, 0);
  if (reader.at < tokens.length) throw new SyntaxFault('arithmetic syntax error');
  return value;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly env: ReadonlyMap<string, string>;
}

type Operation = (left: number, right: number) => number;

const levels: readonly Readonly<Record<string, Operation>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0) },
  { '==': (a, b) => Number(a === b), '!=': (a, b) => Number(a !== b) },
  {
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => divided(a, b), '%': (a, b) => a - b * divided(a, b) },
];

function divided(left: number, right: number): number {
  if (right === 0) throw new SyntaxFault('divide by zero');
  return Math.trunc(left / right);
}

function binary(reader: Reader, level: number): number {
  const operations = levels[level];
  if (!operations) return unary(reader);
  let value = binary(reader, level + 1);
  for (;;) {
    const sign = reader.tokens[reader.at] ?? '';
    const operation = Object.hasOwn(operations, sign) ? operations[sign] : undefined;
    if (!operation) return value;
    reader.at++;
    value = operation(value, binary(reader, level + 1));
  }
}

function unary(reader: Reader): number {
  const token = reader.tokens[reader.at++] ?? '';
  if (token === '-') return -unary(reader);
  if (token === '+') return unary(reader);
  if (token === '!') return Number(unary(reader) === 0);
  if (token === '(') {
    const value = binary(reader, 0);
    if (reader.tokens[reader.at++] !== ')') throw new SyntaxFault('arithmetic syntax error');
    return value;
  }
  if (/^\d+$/.test(token)) return Number(token);
  if (/^[A-Za-z_]/.test(token)) return Math.trunc(Number(reader.env.get(token) ?? 0)) || 0;
  throw new SyntaxFault('arithmetic syntax error');
}
