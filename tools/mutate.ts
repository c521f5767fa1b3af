import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { choose } from './mutation/choice.ts';
import { copyOfTree } from './mutation/copy.ts';
import { hashOf, measure, testFiles } from './mutation/coverage.ts';
import { type Mutant, mutantsOf } from './mutation/points.ts';
import { describe, killRate, report, type Tried } from './mutation/report.ts';
import { isSetAside, setAside } from './mutation/set-aside.ts';
import { tryMutant } from './mutation/trial.ts';
import { lives, Verdicts } from './mutation/verdicts.ts';

const help = `npm run mutate -- [options]: changes the sources in small ways and asks whether a test notices.

  --seed TEXT      which mutants are chosen (1)
  --count N        how many (100)
  --room NAME      only this room; may be given more than once
  --jobs N         how many at a time (2)
  --minutes N      how long the tests of one mutant may run before it counts as alive (5)
  --least PERCENT  exit code 1 below this kill rate (85)
  --again          try the mutants once more that were alive in the run before
  --list           print the chosen mutants and stop
  --tree FOLDER    the tree to work on (this one); it is copied, never changed

Results and the map of what each test runs are kept in coverage/mutation, so that a run that was stopped goes on.
`;
const usual = ['store', 'arm', 'providers', 'identity', 'apiserver', 'controllers', 'cli', 'gateway'];

function optionsOf(words: readonly string[]) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '100' },
      room: { type: 'string', multiple: true, default: usual },
      jobs: { type: 'string', default: '2' },
      minutes: { type: 'string', default: '5' },
      least: { type: 'string', default: '85' },
      again: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      tree: { type: 'string', default: join(import.meta.dirname, '..') },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    tree: resolve(values.tree),
    count: numberOf('count', values.count),
    jobs: Math.max(1, numberOf('jobs', values.jobs)),
    minutes: numberOf('minutes', values.minutes),
    least: numberOf('least', values.least),
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new TypeError(`--${name} takes a number, not '${text}'.`);
  return value;
}

type Options = ReturnType<typeof optionsOf>;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function linesOf(tree: string, room: string): number {
  const folder = join(tree, 'src', room);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .reduce((sum, name) => sum + readFileSync(join(folder, name), 'utf8').split('\n').length, 0);
}

async function tryAll(chosen: readonly Mutant[], options: Options): Promise<Tried[]> {
  const { tree, jobs, again } = options;
  const kept = join(tree, 'coverage', 'mutation');
  const verdicts = new Verdicts(join(kept, 'verdicts.jsonl'));
  const keyOf = (mutant: Mutant) => hashOf(`${mutant.id}\n${mutant.sourceHash}`);
  const waiting = chosen.filter((mutant) => {
    const known = verdicts.get(keyOf(mutant));
    return !known || (again && lives(known));
  });
  if (waiting.length > 0) {
    const trees = Array.from({ length: jobs }, () => copyOfTree(tree));
    const coverage = await measure(testFiles(tree), { trees, cache: join(kept, 'tests'), tell: say });
    const trial = { coverage, limitMs: options.minutes * 60_000 };
    await Promise.all(
      trees.map(async (copy) => {
        for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
          const verdict = await tryMutant(copy, mutant, trial);
          verdicts.add({ ...verdict, id: keyOf(mutant) });
          say(`${verdict.outcome}: ${describe(mutant)}\n    ${verdict.how}`);
        }
      }),
    );
  }
  return chosen.flatMap((mutant) => {
    const verdict = verdicts.get(keyOf(mutant));
    return verdict ? [{ mutant, verdict }] : [];
  });
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const sizes = new Map(options.room.map((room) => [room, linesOf(options.tree, room)]));
  const mutants = mutantsOf(options.tree, options.room).filter((mutant) => !isSetAside(mutant, setAside));
  const chosen = choose(mutants, { seed: options.seed, count: options.count, sizes });
  if (options.list) {
    process.stdout.write(
      `${chosen.map(describe).join('\n')}\n${chosen.length} of ${mutants.length} mutants\n`,
    );
    return 0;
  }
  const tried = await tryAll(chosen, options);
  process.stdout.write(report(tried));
  return killRate(tried) < options.least ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.exit(await main());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
