import { say } from './report.ts';

/** Figures and how they are printed. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (Number.isInteger(middle))
    return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return sorted[Math.floor(middle)] ?? Number.NaN;
}

/** `sorted` is ascending. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Four digits at most, so that a reader sees what is meant. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

export function withUnit(value: number, unit: string): string {
  return Number.isNaN(value) ? '-' : `${figure(value)}${unit.startsWith('/') ? '' : ' '}${unit}`;
}

/** Rows with aligned columns: the first one to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = head.length > 0 ? [head, ...rows] : rows;
  const widths: number[] = [];
  for (const row of all) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  for (const row of all) {
    const cells = row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    say(cells.join('   ').trimEnd());
  }
}

export function printHead(title: string): void {
  say(title);
  say('-'.repeat(title.length));
}

/** Standing between an answer and a reader: what the figure is to be judged by. */
export function verdict(holds: boolean): string {
  return holds ? 'held' : 'missed';
}
