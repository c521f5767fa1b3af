import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { figure, printHead, printTable, verdict, withUnit } from '../figures.ts';
import { temporaryFolder } from '../process.ts';
import { say } from '../report.ts';

export const workloads = {
  updates: '100,000 updates of one object of 1 KB',
  'come-and-go': '50,000 objects of 1 KB made and deleted',
  large: '200 objects of 1 MB, each updated 20 times',
} as const;

export type Workload = keyof typeof workloads;

export interface GrowthSample {
  readonly seconds: number;
  /** Objects and the changes that watches may still resume from, with their keys. */
  readonly liveMib: number;
  /** The database with its log and witness. */
  readonly fileMib: number;
  readonly residentMib: number;
}

const aim = { timesLive: 3 };
/** Unused pages and a log, of 16 MiB each, stay for the next writes, however little is live. */
const floorMib = 32;

/** What many writes leave behind: the file, the memory, and how long the next start takes. */
export async function growth(): Promise<void> {
  printHead('What grows: an API server on its database');
  let held = true;
  const rows: string[][] = [];
  for (const [name, title] of Object.entries(workloads)) {
    const folder = temporaryFolder();
    const [written, aged] = await host(folder, 'write', name);
    const [opened] = await host(folder, 'open', name);
    if (!written || !aged || !opened) throw new Error(`${title}: not measured`);
    for (const [moment, sample] of [
      [title, written],
      ['  once its history has gone', aged],
      ['  started again', opened],
    ] as const) {
      const bound = Math.max(aim.timesLive * sample.liveMib, floorMib);
      held &&= sample.fileMib <= bound;
      rows.push([
        moment,
        `${figure(sample.seconds)} s`,
        withUnit(sample.liveMib, 'MiB'),
        withUnit(sample.fileMib, 'MiB'),
        withUnit(sample.residentMib, 'MiB'),
      ]);
    }
  }
  printTable(['', 'took', 'live data', 'files', 'resident'], rows);
  say(`aim: files within ${aim.timesLive} times what is live, or ${floorMib} MiB: ${verdict(held)}`);
}

/** In a process of its own: what it holds in memory is of this workload alone. */
async function host(folder: string, mode: 'write' | 'open', workload: string): Promise<GrowthSample[]> {
  const child = fork(join(import.meta.dirname, 'growth-host.ts'), [folder, mode, workload], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const samples: GrowthSample[] = [];
  child.on('message', (sample: GrowthSample) => samples.push(sample));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the host process ended with ${code}`);
  return samples;
}
