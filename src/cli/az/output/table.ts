import type { TableTransformer } from '../declaration.ts';

interface TableOptions {
  readonly transform?: TableTransformer;
  /** True when `--query` chose the columns: their order is kept. */
  readonly queried: boolean;
}

const hiddenColumns = new Set(['id', 'type', 'etag']);
/** Blanks that the head keeps beyond its own width. */
const headPadding = 2;

/** A table with a line of dashes under the heads and two blanks between columns. */
export function formatTable(value: unknown, options: TableOptions): string {
  const transformed = options.transform !== undefined && !options.queried;
  const items =
    transformed && options.transform ? options.transform(value) : Array.isArray(value) ? value : [value];
  const sorted = !transformed && !options.queried;
  const rows = items.map((item) => rowOf(item, sorted));
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (heads.length === 0) return '\n';
  const cells = rows.map((row) => heads.map((head) => cellText(row[head])));
  const widths = heads.map((head, column) =>
    Math.max(width(head) + headPadding, ...cells.map((row) => width(row[column] ?? ''))),
  );
  const line = (words: readonly string[]) =>
    words
      .map((word, column) => word + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(word))))
      .join('  ')
      .trimEnd();
  const dashes = widths.map((count) => '-'.repeat(count)).join('  ');
  return `${[line(heads), dashes, ...cells.map(line)].join('\n')}\n`;
}

type Row = Readonly<Record<string, unknown>>;

function rowOf(item: unknown, sorted: boolean): Row {
  if (Array.isArray(item)) {
    return Object.fromEntries(item.map((cell, i) => [`Column${i + 1}`, cell]));
  }
  if (typeof item !== 'object' || item === null) return { Result: item };
  const row = new Map<string, unknown>();
  const cells: [string, unknown][] = Object.entries(item);
  if (sorted) cells.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, cell] of cells) {
    if (hiddenColumns.has(key)) continue;
    if (cell === null || cell === undefined || nested(cell)) continue;
    row.set(key.charAt(0).toUpperCase() + key.slice(1), cell);
  }
  return Object.fromEntries(row);
}

function nested(cell: unknown): boolean {
  return typeof cell === 'object' && cell !== null;
}

function cellText(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return literal(cell, false).trim();
}

/** A value as Python shows it: that is what stands in cells which hold lists or objects. */
function literal(value: unknown, quoted: boolean): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, true)).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, one]) => `'${key}': ${literal(one, true)}`)
      .join(', ')}}`;
  }
  return quoted && typeof value === 'string' ? `'${value}'` : String(value);
}

/** Width of the widest line. */
function width(word: string): number {
  return Math.max(...word.split('\n').map((line) => [...line].length));
}
