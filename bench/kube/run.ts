import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { residentMib } from '../process.ts';
import type { Target } from './client.ts';
import { measure, type Row } from './rows.ts';

/**
 * npm run bench:kube [-- --against URL --token T [--pid P]]
 * Drives a bare server of ours, and another server with the same client in the same run, and prints the ratios.
 */
const { values } = parseArgs({
  options: { against: { type: 'string' }, token: { type: 'string' }, pid: { type: 'string' } },
});

const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
const startedMs = performance.now();
const server = spawn(
  join(import.meta.dirname, '..', '..', 'bin', 'drydock'),
  ['kube', 'up', '--bare', '--home', folder],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
await once(server.stdout, 'data');
const readyMs = performance.now() - startedMs;
const ours = ownTarget(folder);
const idleMib = residentMib(server.pid ?? 0);
const rows = await measure(ours);
const busyMib = residentMib(server.pid ?? 0);
server.kill('SIGTERM');
await once(server, 'exit');
rmSync(folder, { recursive: true });

const theirs = values.against
  ? await measure({
      name: values.against,
      url: values.against,
      token: values.token ?? '',
      authority: undefined,
    })
  : undefined;

process.stdout.write(
  `start to ready ${readyMs.toFixed(0)} ms; resident ${idleMib.toFixed(0)} MiB idle, ${busyMib.toFixed(0)} MiB after the run\n\n`,
);
print(rows, theirs);

function ownTarget(home: string): Target {
  const config = parse(readFileSync(join(home, 'kubeconfig'), 'utf8'));
  return {
    name: 'drydock',
    url: config.clusters[0].cluster.server,
    authority: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString(
      'utf8',
    ),
    token: config.users[0].user.token,
  };
}

function print(own: readonly Row[], other: readonly Row[] | undefined): void {
  for (const [i, row] of own.entries()) {
    const theirsRow = other?.[i];
    const ratio =
      theirsRow && (row.unit === '/s' ? row.value / theirsRow.value : theirsRow.value / row.value);
    const shown = (value: number) => (row.unit === '/s' ? value.toFixed(0) : value.toFixed(2)).padStart(8);
    process.stdout.write(
      `${row.name.padEnd(42)}${shown(row.value)} ${row.unit.padEnd(4)}${theirsRow ? `${shown(theirsRow.value)} ${row.unit.padEnd(4)}${ratio?.toFixed(1)}x` : ''}\n`,
    );
  }
}
