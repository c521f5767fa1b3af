import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CodedError, systemClock } from '../../src/base/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { attackRandom } from '../attack/seed.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { seededRandom } from '../support/seeded-random.ts';

const rounds = 20;
const writer = fileURLToPath(new URL('kill-writer.ts', import.meta.url));

/** Runs the writer, kills it after so many acknowledged writes and returns what it had acknowledged. */
async function writeAndKill(
  file: string,
  {
    round,
    writers,
    killAfter,
  }: { readonly round: string; readonly writers: number; readonly killAfter: number },
): Promise<string[]> {
  const started = [writer, file, round, String(writers)];
  const child = held(spawn(process.execPath, started, { stdio: ['ignore', 'pipe', 'inherit'] }));
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === killAfter) {
      assertLocked(file);
      child.kill('SIGKILL');
    }
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  return acknowledged;
}

function assertLocked(file: string): void {
  const open = () => openSqliteStore({ file, clock: systemClock, random: seededRandom('second') });
  assert.throws(open, (thrown) => thrown instanceof CodedError && thrown.code === 'unavailable');
}

test(`kill -9 under load, ${rounds} times: nothing acknowledged is lost, no transaction is half there`, async () => {
  const folder = temporaryFolder('kill');
  const file = join(folder, 'drydock.db');
  const random = attackRandom('kill');
  const acknowledged = new Map<string, number>();
  let highest = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const writers = [16, 1, 3][round % 3] ?? 1;
      const killAfter = 1 + random.integer(writers === 16 ? 1500 : 100);
      for (const line of await writeAndKill(file, { round: `r${round}`, writers, killAfter })) {
        const [name = '', revision = ''] = line.split(' ');
        assert.ok(Number(revision) > 0);
        highest = Math.max(highest, Number(revision));
        acknowledged.set(`r${round}/${name}`, Number(revision));
      }
      const store = openSqliteStore({ file, clock: systemClock, random });
      assert.ok(store.revision() >= highest, 'revisions never move back');
      const left = (await store.range({ prefix: '/left/' })).entries;
      const right = (await store.range({ prefix: '/right/' })).entries;
      assert.deepEqual(
        left.map((entry) => entry.key.replace('/left/', '/right/')),
        right.map((entry) => entry.key),
      );
      const revisions = new Map(left.map((entry) => [entry.key.slice('/left/'.length), entry.revision]));
      for (const [name, revision] of acknowledged)
        assert.equal(revisions.get(name), revision, `lost ${name}`);
      assert.equal(
        new Set(left.map((entry) => entry.revision)).size,
        left.length,
        'each transaction has its own',
      );
      await store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
