import { quantile } from '../figures.ts';
import type { Target } from './client.ts';
import { besideListing, medianOfRounds, rowsOf, type Timing, takeRound, warmUp, watchedBy } from './rows.ts';
import { Workload } from './workload.ts';

/** What `run.ts` asks of the process that drives the servers. */
export interface DriverOrder {
  readonly targets: readonly Target[];
  readonly timing: Timing;
}

/** A finished row: one figure a server, in the order of the targets. */
export interface DriverRow {
  readonly name: string;
  readonly unit: '/s' | 'ms';
  readonly aim?: number;
  readonly values: readonly number[];
}

process.once('message', (order: DriverOrder) => {
  drive(order).then(
    () => process.disconnect(),
    (thrown) => {
      console.error(thrown);
      process.exit(1);
    },
  );
});

async function drive({ targets, timing }: DriverOrder): Promise<void> {
  const works = targets.map((target) => new Workload(target));
  for (const work of works) await work.fill();
  for (const row of rowsOf(timing)) {
    for (const work of works) await warmUp(row, work, timing);
    const rounds: number[][] = works.map(() => []);
    for (let round = 0; round < timing.rounds; round++) {
      for (const at of inTurn(works.length, round)) {
        const work = works[at];
        if (work) rounds[at]?.push(await takeRound(row, work));
      }
    }
    const { name, unit, aim } = row;
    report({ name, unit, ...(aim === undefined ? {} : { aim }), values: rounds.map(medianOfRounds) });
  }
  for (const listing of besideListing) await besideRow(works, listing, timing);
  for (const watchers of watchedBy) await watchRows(works, watchers, timing);
  for (const work of works) work.close();
}

/** What a user waits for a GET while another asks for much. */
async function besideRow(works: readonly Workload[], listing: number, timing: Timing): Promise<void> {
  const p50: number[][] = works.map(() => []);
  for (let round = 0; round < timing.rounds; round++) {
    for (const at of inTurn(works.length, round)) {
      const taken = await works[at]?.getBeside(listing, timing.roundMs);
      if (taken) p50[at]?.push(quantile(taken, 0.5));
    }
  }
  const name = listing === 0 ? 'GET of one user, p50' : `the same beside ${listing} LISTs of another, p50`;
  report({ name, unit: 'ms', values: p50.map(medianOfRounds) });
}

async function watchRows(works: readonly Workload[], watchers: number, timing: Timing): Promise<void> {
  const p50: number[][] = works.map(() => []);
  const p99: number[][] = works.map(() => []);
  for (let round = 0; round < timing.rounds; round++) {
    for (const at of inTurn(works.length, round)) {
      const latency = await works[at]?.watchLatency(watchers);
      if (!latency) continue;
      p50[at]?.push(latency.p50);
      p99[at]?.push(latency.p99);
    }
  }
  const shown = watchers.toLocaleString('en-US');
  report({
    name: `watch, create to event, ${shown} watchers, p50`,
    unit: 'ms',
    aim: 2,
    values: p50.map(medianOfRounds),
  });
  report({
    name: `watch, create to event, ${shown} watchers, p99`,
    unit: 'ms',
    values: p99.map(medianOfRounds),
  });
}

/** Who is first changes with each round. */
function inTurn(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, at) => (at + round) % count);
}

function report(row: DriverRow): void {
  process.send?.(row);
}
