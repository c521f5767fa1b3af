import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, repository } from './process.ts';

/** What a section has printed so far. */
let lines: string[] = [];

/** Prints a line, and keeps it for the page of figures. */
export function say(line: string): void {
  lines.push(line);
  process.stdout.write(`${line}\n`);
}

/** Forgets what was said before, so that a section begins afresh. */
export function beginSection(): void {
  lines = [];
  process.stdout.write('\n');
}

const page = join(repository, 'docs', 'benchmarks.md');

/** Puts what this section said in the place that the page of figures has for it. */
export function writeSection(name: string): void {
  const text = readFileSync(page, 'utf8');
  const begin = `<!-- figures: ${name} -->`;
  const end = '<!-- end -->';
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${page} has no place for ${name}`);
  const block = ['', '```text', machine(), '', ...lines, '```', ''].join('\n');
  writeFileSync(page, text.slice(0, from + begin.length) + block + text.slice(to));
}
