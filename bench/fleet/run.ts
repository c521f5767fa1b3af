import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, printHead, printTable, quantile, verdict } from '../figures.ts';
import { machine } from '../process.ts';
import { beginSection, say, writeSection } from '../report.ts';
import { BenchFleet } from './fleet.ts';
import { allAvailable, availableOnMembers, makeLoad, place } from './placements.ts';

const usage = `npm run bench:fleet -- [--members N] [--placements N,N] [--rounds N] [--write]

Drives the hub of a fleet with N embedded members, each an AKS cluster with one node, as a client of its own.
--members     members of the fleet (100)
--placements  how many placements are made at once, one number after the other (100)
--rounds      single placements, one after the other (10)
--write       puts the figures into docs/benchmarks.md
`;

const { values: options } = parseArgs({
  options: {
    members: { type: 'string', default: '100' },
    placements: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(usage);
  process.exit(0);
}

const members = Number(options.members);
const aims = { singleP99Ms: 500, restartMs: 10_000, residentMib: 2_048 } as const;
/** Seconds for so many placements on 100 members. */
const manyAims: Readonly<Record<number, number>> = { 100: 8, 1000: 90 };

process.stdout.write(`${machine()}\n`);
beginSection();
printHead(`A fleet with ${members} members`);
let fleet = await BenchFleet.start();
const joining = performance.now();
await fleet.join(members);
say(`members made and joined: ${figure((performance.now() - joining) / members)} ms each`);
await single();
for (const count of options.placements.split(',').map(Number)) await many(count);
await restart();
report('at the end');
await fleet[Symbol.asyncDispose]();
if (options.write) writeSection('fleet');

/** One placement of 10 objects at a time. */
async function single(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const name = `single-${round}`;
    await makeLoad(fleet.hub, name, { configMaps: 9, deployment: false });
    const available = availableOnMembers(fleet.hub, name, members);
    await place(fleet.hub, name);
    times.push(...(await available));
  }
  times.sort((a, b) => a - b);
  const p99 = quantile(times, 0.99);
  say(
    `a placement of 10 objects, available on a member: p50 ${figure(quantile(times, 0.5))} ms, p99 ${figure(p99)} ms (aim ${aims.singleP99Ms}: ${verdict(p99 <= aims.singleP99Ms)})`,
  );
  report('then');
}

/** Namespace, ConfigMap of 1 KiB and a Deployment without replicas, as KubeFleet's own report places them. */
async function many(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, at) => `many-${count}-${at}`);
  for (const name of names) await makeLoad(fleet.hub, name, { configMaps: 1, deployment: true });
  const available = allAvailable(fleet.hub, `many-${count}-`, { placements: count, members });
  const before = processorMs();
  await Promise.all(names.map((name) => place(fleet.hub, name)));
  const times = await available;
  const seconds = (times.at(-1) ?? Number.NaN) / 1000;
  const works = count * members;
  const aim = members === 100 ? manyAims[count] : undefined;
  const judged = aim === undefined ? '' : ` (aim ${aim}: ${verdict(seconds <= aim)})`;
  say(`${count} placements at once, ${works} Works: all available after ${figure(seconds)} s${judged}`);
  printTable(
    [],
    [
      [
        '  a placement, p50 and p90',
        `${figure(quantile(times, 0.5) / 1000)} s`,
        `${figure(quantile(times, 0.9) / 1000)} s`,
      ],
      ['  processor time a Work', `${figure((processorMs() - before) / works)} ms`, ''],
    ],
  );
  report('then');
}

/** Until a placement that is made after it is available everywhere: whatever there is to look at again comes before. */
async function restart(): Promise<void> {
  const begun = performance.now();
  fleet = await fleet.restarted();
  const up = performance.now() - begun;
  await makeLoad(fleet.hub, 'after', { configMaps: 1, deployment: false });
  const available = availableOnMembers(fleet.hub, 'after', members);
  await place(fleet.hub, 'after');
  await available;
  const whole = performance.now() - begun;
  say(
    `stopped and started again: it answers after ${figure(up / 1000)} s, and has placed something new after ${figure(whole / 1000)} s (aim ${aims.restartMs / 1000}: ${verdict(whole <= aims.restartMs)})`,
  );
}

function report(when: string): void {
  const mib = fleet.estate.residentMib();
  say(
    `  ${when}: ${figure(mib)} MiB resident (aim ${aims.residentMib}: ${verdict(mib <= aims.residentMib)}), ${figure(databaseMib())} MiB of database`,
  );
}

function databaseMib(): number {
  const { home } = fleet.estate;
  const files = readdirSync(home).filter((name) => name.startsWith('drydock.db'));
  return files.reduce((sum, name) => sum + statSync(join(home, name)).size, 0) / 1024 ** 2;
}

/** Of the server so far. */
function processorMs(): number {
  return fleet.estate.processorMs();
}
