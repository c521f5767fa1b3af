/**
 * Tab-separated lines: one per element. The cells of an object come in the order of its sorted keys, or as they stand
 * when `--query` arranged them.
 */
export function formatTsv(value: unknown, queried = false): string {
  if (value === null || value === undefined) return '';
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => `${lineOf(item, queried)}\n`).join('');
}

function lineOf(item: unknown, queried: boolean): string {
  if (Array.isArray(item)) return item.map(cellOf).join('\t');
  if (typeof item === 'object' && item !== null) {
    const cells: [string, unknown][] = Object.entries(item);
    if (!queried) cells.sort(([a], [b]) => (a < b ? -1 : 1));
    return cells.map(([, cell]) => cellOf(cell)).join('\t');
  }
  if (typeof item === 'boolean') return String(item);
  return cellOf(item);
}

function cellOf(cell: unknown): string {
  if (cell === null || cell === undefined) return 'None';
  if (cell === true) return 'True';
  if (cell === false) return 'False';
  if (Array.isArray(cell)) return String(cell.length);
  return typeof cell === 'object' ? '' : String(cell);
}
