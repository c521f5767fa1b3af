import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTestFile } from './test-run.ts';

/** What one test file executes: for each source file a bit per line, the first line in the lowest bit. */
export interface Measured {
  readonly testHash: string;
  readonly passed: boolean;
  readonly tookMs: number;
  readonly sources: Readonly<Record<string, { readonly hash: string; readonly lines: string }>>;
}

export type CoverageMap = ReadonlyMap<string, Measured>;

const longestRunMs = 600_000;

/** Test files whose tests read the sources instead of running them. */
const readers = ['test/repository/'];

/** Every test file of a tree, by its path from there. */
export function testFiles(tree: string): string[] {
  return readdirSync(join(tree, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name).split(sep).join('/'))
    .filter((file) => !readers.some((start) => file.startsWith(start)))
    .sort();
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Where to measure, where to keep what was found, and whom to tell. */
export interface MeasureOptions {
  readonly trees: readonly string[];
  readonly cache: string;
  readonly tell: (line: string) => void;
}

/** Runs each test file that is new or changed since it was measured, one at a time in each tree. */
export async function measure(files: readonly string[], options: MeasureOptions): Promise<CoverageMap> {
  mkdirSync(options.cache, { recursive: true });
  const map = new Map<string, Measured>();
  const waiting = [...files];
  await Promise.all(
    options.trees.map(async (tree) => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        map.set(file, await measureFile(tree, file, options));
      }
    }),
  );
  return map;
}

async function measureFile(tree: string, file: string, options: MeasureOptions): Promise<Measured> {
  const place = join(options.cache, `${file.replaceAll('/', '__')}.json`);
  const testHash = hashOf(readFileSync(join(tree, file), 'utf8'));
  if (existsSync(place)) {
    // Written below, by this function alone.
    const kept = JSON.parse(readFileSync(place, 'utf8')) as Measured;
    if (kept.testHash === testHash) return kept;
  }
  const folder = mkdtempSync(join(tmpdir(), 'drydock-coverage-'));
  try {
    const outcome = await runTestFile(tree, file, {
      limitMs: longestRunMs,
      environment: { NODE_V8_COVERAGE: folder },
      toTheEnd: true,
    });
    const passed = outcome.kind === 'passed';
    const measured = { testHash, passed, tookMs: outcome.tookMs, sources: executed(tree, folder) };
    options.tell(
      `measured ${file}: ${outcome.tookMs} ms${passed ? '' : `, FAILS without a mutation (${outcome.kind === 'failed' ? outcome.test : 'time'})`}`,
    );
    if (passed) writeFileSync(place, JSON.stringify(measured));
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Report {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
}

/** The lines that any process of a run executed. Types are blanked before they run, so that places stay what they are. */
function executed(tree: string, folder: string): Measured['sources'] {
  const start = pathToFileURL(`${join(tree, 'src')}/`).href;
  const lines = new Map<string, { hash: string; ends: number[]; bits: Buffer }>();
  for (const name of readdirSync(folder).filter((found) => found.endsWith('.json'))) {
    for (const { url, functions } of readReport(join(folder, name)).result) {
      if (!url.startsWith(start)) continue;
      const file = `src/${decodeURI(url.slice(start.length))}`;
      let found = lines.get(file);
      if (!found) {
        const text = readFileSync(join(tree, file), 'utf8');
        const ends = [...text.matchAll(/\n|$/g)].map(({ index }) => index);
        found = { hash: hashOf(text), ends, bits: Buffer.alloc(Math.ceil(ends.length / 8)) };
        lines.set(file, found);
      }
      paint(functions, found);
    }
  }
  return Object.fromEntries(
    [...lines].map(([file, { hash, bits }]) => [file, { hash, lines: bits.toString('base64') }]),
  );
}

/** What V8 writes at the end of a process; one that is killed while it writes leaves half of it. */
function readReport(place: string): Report {
  try {
    // The format of `NODE_V8_COVERAGE`, as Node's documentation has it.
    return JSON.parse(readFileSync(place, 'utf8')) as Report;
  } catch {
    return { result: [] };
  }
}

function paint(
  functions: readonly { readonly ranges: readonly Range[] }[],
  { ends, bits }: { readonly ends: readonly number[]; readonly bits: Buffer },
): void {
  const run = new Uint8Array((ends.at(-1) ?? 0) + 1);
  // Outer ranges come before the inner ones, which have the last word.
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges)
      run.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  let from = 0;
  for (const [line, end] of ends.entries()) {
    if (run.subarray(from, end + 1).includes(1)) bits[line >> 3] = (bits[line >> 3] ?? 0) | (1 << (line & 7));
    from = end + 1;
  }
}

/** Whether a test file runs a line (from 0); of a source changed since then only whether it runs any of it. */
export function runsLine(measured: Measured, source: { file: string; hash: string; line: number }): boolean {
  const found = measured.sources[source.file];
  if (!found) return false;
  const bits = Buffer.from(found.lines, 'base64');
  if (found.hash !== source.hash) return bits.some((byte) => byte !== 0);
  return ((bits[source.line >> 3] ?? 0) & (1 << (source.line & 7))) !== 0;
}
