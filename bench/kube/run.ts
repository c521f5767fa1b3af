import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, median, printHead, printTable, withUnit } from '../figures.ts';
import { machine, residentMibOf, sleep } from '../process.ts';
import { beginSection, writeSection } from '../report.ts';
import { startBare } from './bare.ts';
import type { DriverOrder, DriverRow } from './driver.ts';
import { preparePeer, startPeer } from './peer.ts';
import type { Timing } from './rows.ts';
import type { RunningServer } from './running.ts';

const usage = `npm run bench:kube -- [--peer] [--against URL --token T [--pid P]...] [--rounds N] [--seconds S] [--starts N] [--write]

Drives a bare server of ours with a plain HTTP/2 client in a process of its own.
--peer     also builds (once) and starts kube-apiserver with etcd, and prints the ratios
--against  also drives the server at URL with the bearer token T of an administrator; --pid names its processes,
           for their memory
--rounds   rounds of each row on each server, in turns; the median counts (3)
--seconds  length of a round (1)
--starts   starts from nothing of each server; the median counts (5)
--write    puts the figures into docs/benchmarks.md
`;

const { values: options } = parseArgs({
  options: {
    peer: { type: 'boolean', default: false },
    against: { type: 'string' },
    token: { type: 'string' },
    pid: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    starts: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const settleMs = 2_000;

if (options.help) {
  process.stdout.write(usage);
  process.exit(0);
}
process.stdout.write(`${machine()}\n`);
const starters = await chosenServers();
const servers = await startServers(starters, Number(options.starts));
await sleep(settleMs);
const idleMib = servers.map(({ running }) => residentMibOf(running.pids));
const timing: Timing = { roundMs: Number(options.seconds) * 1_000, rounds: Number(options.rounds) };
const rows = await drive({ targets: servers.map(({ running }) => running.target), timing });
const busyMib = servers.map(({ running }) => residentMibOf(running.pids));
await sleep(settleMs);
for (const { running } of servers) await running.stop();

beginSection();
printHead(servers.map(({ running }) => running.target.name).join(' against '));
printTable(
  [
    '',
    ...servers.map(({ running }) => running.target.name.split(' ')[0] ?? ''),
    ...(servers[1] ? ['ratio', 'aim'] : []),
  ],
  [
    line({
      name: 'nothing running to /readyz',
      unit: 'ms',
      values: servers.map(({ startMs }) => startMs),
      aim: 10,
    }),
    line({ name: 'resident when idle', unit: 'MiB', values: idleMib, aim: 3 }),
    line({ name: 'resident after the rows below', unit: 'MiB', values: busyMib }),
    ...rows.map(line),
  ],
);
if (options.write) writeSection('kube');

type Starter = () => Promise<RunningServer>;

async function chosenServers(): Promise<Starter[]> {
  if (options.against) return [startBare, async () => given(options.against ?? '')];
  if (!options.peer) return [startBare];
  const search = await preparePeer();
  if ('peer' in search) return [startBare, () => startPeer(search.peer)];
  process.stdout.write(`kube-apiserver cannot be started: ${search.missing}. Ours is measured alone.\n`);
  return [startBare];
}

function given(url: string): RunningServer {
  return {
    target: { name: url, url, token: options.token, authority: undefined },
    readyMs: Number.NaN,
    pids: options.pid.flatMap((text) => text.split(',')).map(Number),
    stop: async () => {},
  };
}

/** Starts each server several times, in turns; the last ones stay. */
async function startServers(all: readonly Starter[], starts: number) {
  const times: number[][] = all.map(() => []);
  let running: RunningServer[] = [];
  for (let round = 0; round < starts; round++) {
    for (const server of running) await server.stop();
    running = [];
    for (const [at, starter] of all.entries()) {
      const server = await starter();
      running.push(server);
      times[at]?.push(server.readyMs);
    }
  }
  return running.map((server, at) => ({ running: server, startMs: median(times[at] ?? []) }));
}

/** The rows, driven by a process that does nothing else. */
async function drive(order: DriverOrder): Promise<DriverRow[]> {
  const driver = fork(join(import.meta.dirname, 'driver.ts'), { serialization: 'advanced' });
  const found: DriverRow[] = [];
  driver.on('message', (row: DriverRow) => {
    found.push(row);
    if (process.stdout.isTTY) process.stdout.write(`${row.name} ...\n`);
  });
  driver.send(order);
  const [code] = await once(driver, 'exit');
  if (code !== 0) throw new Error(`the driving process ended with ${code}`);
  return found;
}

function line(row: { name: string; unit: string; values: readonly number[]; aim?: number }): string[] {
  const [own = Number.NaN, other] = row.values;
  const cells = [row.name, ...row.values.map((value) => withUnit(value, row.unit))];
  if (other === undefined) return cells;
  const ratio = row.unit === '/s' ? own / other : other / own;
  return [
    ...cells,
    Number.isNaN(ratio) ? '-' : `${figure(ratio)}x`,
    row.aim === undefined ? '' : `${row.aim}x`,
  ];
}
