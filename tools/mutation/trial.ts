import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { type CoverageMap, type Measured, runsLine } from './coverage.ts';
import type { Mutant } from './points.ts';
import { runTestFile } from './test-run.ts';
import type { Verdict } from './verdicts.ts';

/** How long the tests of one mutant may run, and what is known of them. */
export interface TrialOptions {
  readonly coverage: CoverageMap;
  readonly limitMs: number;
}

/** Puts a mutant into a tree of ours, runs the tests that reach it, likely ones first, and takes it out again. */
export async function tryMutant(tree: string, mutant: Mutant, options: TrialOptions): Promise<Verdict> {
  const { id } = mutant;
  const place = join(tree, mutant.file);
  const text = readFileSync(place, 'utf8');
  const changed = text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end);
  if (!parses(changed)) return { id, outcome: 'does not parse', how: '' };
  const tests = testsFor(mutant, options.coverage);
  if (tests.length === 0) return { id, outcome: 'not run by any test', how: 'no test runs this line' };
  writeFileSync(place, changed);
  try {
    return await runTests(tree, tests, { id, limitMs: options.limitMs });
  } finally {
    writeFileSync(place, text);
  }
}

function parses(text: string): boolean {
  try {
    stripTypeScriptTypes(text);
    return true;
  } catch {
    return false;
  }
}

interface Candidate {
  readonly file: string;
  readonly usualMs: number;
}

async function runTests(
  tree: string,
  tests: readonly Candidate[],
  { id, limitMs }: { readonly id: string; readonly limitMs: number },
): Promise<Verdict> {
  let spentMs = 0;
  for (const [at, { file, usualMs }] of tests.entries()) {
    if (spentMs > limitMs) {
      return { id, outcome: 'survived', how: `${at} of ${tests.length} test files were run` };
    }
    const outcome = await runTestFile(tree, file, {
      limitMs: longest(usualMs),
      // Of a changed source there is another compiled code: it goes by content.
      environment: { NODE_COMPILE_CACHE: join(tree, 'coverage', 'compiled') },
    });
    spentMs += outcome.tookMs;
    if (outcome.kind === 'failed') return { id, outcome: 'killed', how: `${file}: ${outcome.test}` };
    if (outcome.kind === 'timed out') return { id, outcome: 'timed out', how: file };
  }
  return { id, outcome: 'survived', how: `all ${tests.length} test files were run` };
}

/** Far longer than a run ever takes: what is not over by then hangs. */
function longest(usualMs: number): number {
  return 30_000 + 5 * usualMs;
}

/** The test files that run a mutant's line: those of its room, and with words of its path in their own, first. */
export function testsFor(mutant: Mutant, coverage: CoverageMap): Candidate[] {
  const source = { file: mutant.file, hash: mutant.sourceHash, line: mutant.line };
  return [...coverage]
    .filter(([, measured]) => measured.passed && runsLine(measured, source))
    .map(([file, measured]) => ({ file, usualMs: measured.tookMs, cost: costOf(file, mutant, measured) }))
    .sort((one, other) => one.cost - other.cost);
}

function costOf(test: string, { file, room }: Mutant, { tookMs }: Measured): number {
  const own = new Set(wordsOf(file));
  const shared = wordsOf(test).filter((word) => own.has(word)).length;
  const likely = (test.startsWith(`test/${room}/`) ? 4 : 1) * (1 + 3 * shared);
  return tookMs / likely;
}

/** The words of a path, without the room and with no difference between one and many. */
function wordsOf(path: string): string[] {
  const words = path.replace(/\.(?:test\.)?ts$/, '').split(/[/-]/);
  return words.slice(2).map((word) => word.replace(/s$/, ''));
}
