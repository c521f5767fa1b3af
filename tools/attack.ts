import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run attack -- [--minutes N] [--seed TEXT]`: runs every attack with seeds of its own, round after round, until the minutes are
 * over or one succeeds. `npm test` runs the same attacks once, short and with a fixed seed.
 */
const attacks = [
  'test/attack/*.test.ts',
  'test/arm/patterns.test.ts',
  'test/apiserver/path-rights.test.ts',
  'test/http/hostile-clients.test.ts',
  'test/http/slow-senders.test.ts',
  'test/http/slow-readers.test.ts',
  'test/program/deletions.test.ts',
  'test/program/give-outs.test.ts',
  'test/program/kill-points.test.ts',
  'test/providers/linked-access.test.ts',
  'test/server/lost-seats.test.ts',
  'test/store/damage.test.ts',
  'test/store/kill.test.ts',
  'test/store/kill-shrinking.test.ts',
  'test/store/salvage.test.ts',
  'test/walkthrough/limits.test.ts',
];
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
if (!Number.isFinite(minutes) || minutes <= 0) {
  process.stderr.write(`--minutes takes a number above 0, not '${values.minutes}'.\n`);
  process.exit(2);
}
const end = Date.now() + minutes * 60_000;
const root = join(import.meta.dirname, '..');
const reporter = join(import.meta.dirname, 'attack-reporter.ts');
for (let round = 1; ; round++) {
  const seed = values.seed ?? randomBytes(6).toString('hex');
  process.stdout.write(`round ${round}, seed ${seed}\n`);
  const environment = { ...process.env, DRYDOCK_ATTACK_SEED: seed, DRYDOCK_ATTACK_FACTOR: '5' };
  const words = ['--test', '--test-timeout=1200000', `--test-reporter=${reporter}`, ...attacks];
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit', env: environment, cwd: root });
  if (status !== 0) {
    process.stderr.write(`An attack succeeded. Again: npm run attack -- --seed ${seed}\n`);
    process.exit(1);
  }
  if (values.seed !== undefined || Date.now() > end) break;
}
process.stdout.write('No attack succeeded.\n');
