import assert from 'node:assert/strict';
import { type Profiler, Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';

/**
 * Counts work in steps instead of seconds: how often each block of JavaScript ran, in our code and in the libraries it
 * calls. The same input gives the same count on every machine. What is native (RegExp, JSON.parse, sort, indexOf) is
 * not counted.
 *
 * A function that ran before this module was loaded is counted once per call, without its loops: let no import of a
 * test run what the test measures.
 */
// Optimized code leaves counters of what it inlines alone.
setFlagsFromString('--no-opt');
setFlagsFromString('--no-maglev');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** Reads the counters and sets them back to zero. */
function takeCounts(): Profiler.ScriptCoverage[] {
  let counts: Profiler.ScriptCoverage[] = [];
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    counts = coverage.result.filter(isCounted);
  });
  return counts;
}

function takeSteps(): number {
  return takeCounts().reduce((steps, script) => steps + stepsOfScript(script), 0);
}

/** Node's own modules work beside the subject (streams, timers), and this file is not the subject. */
function isCounted({ url }: Profiler.ScriptCoverage): boolean {
  return url.startsWith('file:') && url !== import.meta.url;
}

function stepsOfScript({ functions }: Profiler.ScriptCoverage): number {
  let steps = 0;
  for (const { ranges } of functions) for (const { count } of ranges) steps += count;
  return steps;
}

/** The steps that `work` took, whether it succeeded or threw. */
export async function stepsOf(work: () => unknown): Promise<number> {
  takeSteps();
  try {
    await work();
  } catch {
    // A refusal is an answer too; what it cost is the question.
  }
  return takeSteps();
}

/** The blocks that `work` reached, each with the order of magnitude of how often. `work` does not throw. */
export async function blocksOf(work: () => unknown): Promise<string[]> {
  takeCounts();
  await work();
  return takeCounts().flatMap(({ scriptId, functions }) =>
    functions.flatMap(({ ranges }) =>
      ranges
        .filter(({ count }) => count > 0)
        .map(({ startOffset, count }) => `${scriptId} ${startOffset} ${Math.floor(Math.log2(count))}`),
    ),
  );
}

export interface Growth<T> {
  /** The first size; `input` is called with it, twice, four and eight times as much. */
  readonly size: number;
  /** Makes the input of a size. Not counted. */
  input(size: number): T;
  /** What is measured. It may throw. */
  run(input: T): unknown;
}

/**
 * Fails when eight times the input costs more than about eight times the steps. Compares what each doubling adds: twice
 * as much as the one before where work is linear, four times where it is quadratic. Refusals cost nothing more and pass.
 */
export async function assertLinear<T>(subject: Growth<T>): Promise<readonly number[]> {
  const inputs = [1, 2, 4, 8].map((factor) => subject.input(subject.size * factor));
  // The first run compiles patterns and fills tables; it is not the subject.
  await stepsOf(() => subject.run(subject.input(1)));
  const steps: number[] = [];
  for (const input of inputs) steps.push(await stepsOf(() => subject.run(input)));
  const [first = 0, second = 0, third = 0, fourth = 0] = steps;
  const added = Math.max(third - second, second - first, 0);
  const growth = `steps for ${[1, 2, 4, 8].map((factor) => subject.size * factor).join(', ')}: ${steps.join(', ')}`;
  assert.ok(fourth - third <= 2.4 * added + slackSteps, `more than linear: ${growth}`);
  return steps;
}

/** Differences below this are noise of what else the process does. */
const slackSteps = 2_000;

/** Fails when `work` takes more steps than `limit`. */
export async function assertSteps(limit: number, work: () => unknown): Promise<void> {
  const steps = await stepsOf(work);
  assert.ok(steps <= limit, `${steps} steps, ${limit} allowed`);
}
