import { parseArgs } from 'node:util';
import { machine } from './process.ts';
import { beginSection, writeSection } from './report.ts';

const usage = `npm run bench -- [SECTION...] [--starts N] [--rounds N] [--runs N] [--dials N] [--write]
                     [--against URL --token T [--pid P]]

Sections: startup memory growth library arm clients cli tunnel (all of them when none is named)
--starts  startup, library: starts of each kind (5)
--rounds  arm, clients: rounds of a second each (3)
--runs    cli: runs of each command (15)
--dials   tunnel: connections opened and closed (5000; the documented run: 100000)
--write   put the figures into docs/benchmarks.md
--against arm: also drives the Resource Manager at URL, in turns, with the bearer token T of an administrator; --pid is
          its process, for the processor time of a call

The API servers are measured by npm run bench:kube.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    starts: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '15' },
    dials: { type: 'string', default: '5000' },
    write: { type: 'boolean', default: false },
    against: { type: 'string' },
    token: { type: 'string' },
    pid: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function against() {
  const { against: url, token = '', pid } = values;
  return url === undefined
    ? {}
    : { against: { url, token, pid: pid === undefined ? undefined : Number(pid) } };
}

const sections: Record<string, () => Promise<void>> = {
  startup: async () => (await import('./sections/startup.ts')).startup({ starts: Number(values.starts) }),
  memory: async () => (await import('./sections/memory.ts')).memory(),
  growth: async () => (await import('./sections/growth.ts')).growth(),
  library: async () => (await import('./sections/library.ts')).library({ starts: Number(values.starts) }),
  arm: async () => (await import('./sections/arm.ts')).arm({ rounds: Number(values.rounds), ...against() }),
  clients: async () => (await import('./sections/clients.ts')).clients({ rounds: Number(values.rounds) }),
  cli: async () => (await import('./sections/cli.ts')).cli({ runs: Number(values.runs) }),
  tunnel: async () => (await import('./sections/tunnel.ts')).tunnel({ dials: Number(values.dials) }),
};

const unknown = positionals.filter((word) => !(word in sections));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`bench: no section is called ${unknown.join(', ')}\n`);
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}
process.stdout.write(`${machine()}\n`);
let failed = 0;
for (const [name, measure] of Object.entries(sections)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  beginSection();
  try {
    await measure();
    if (values.write) writeSection(name);
  } catch (thrown) {
    // One section that cannot be measured must not hide the others.
    failed++;
    process.stderr.write(`bench ${name}: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  }
}
// What a failed section left running ends with this process.
process.exit(failed > 0 ? 1 : 0);
