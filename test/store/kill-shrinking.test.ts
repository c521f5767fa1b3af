import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/index.ts';
import { inspectDatabase, openSqliteStore } from '../../src/store/index.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { held, temporaryFolder } from '../support/belongings.ts';

const shrinker = fileURLToPath(new URL('kill-shrinker.ts', import.meta.url));
const pause = (ms: number) => new Promise((over) => setTimeout(over, ms));

/** Runs the process until it has said so many lines, kills it after a moment more, and returns what it said. */
async function runAndKill(file: string, round: string, until: { lines: number; thenMs: number }) {
  const child = held(
    spawn(process.execPath, [shrinker, file, round], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const said: string[] = [];
  if (until.lines === 0) void pause(until.thenMs).then(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === until.lines) void pause(until.thenMs).then(() => child.kill('SIGKILL'));
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  return said.map((line) => line.split(' '));
}

test('a database that is killed while it shrinks, is copied, or takes up what was left undone, is whole and loses nothing', async (t) => {
  const random = attackRandom('kill shrinking');
  const file = join(temporaryFolder('kill-shrinking'), 'drydock.db');
  const acknowledged = new Map<string, number>();
  let copies = 0;
  for (let round = 0; round < attackTries(3); round++) {
    // Some die before they have done anything but begin to give back what the last one left.
    const lines = random.integer(3) === 0 ? 0 : 20 + random.integer(200);
    const said = await runAndKill(file, `r${round}`, {
      lines,
      thenMs: random.integer(lines === 0 ? 600 : 20),
    });
    for (const [what, name = '', revision] of said) {
      if (what === 'wrote') acknowledged.set(name, Math.max(Number(revision), acknowledged.get(name) ?? 0));
      if (what !== 'copied' || !existsSync(name)) continue;
      const { damage, loss, state } = inspectDatabase(name);
      assert.deepEqual([damage, loss], [[], []], name);
      assert.ok(state.revision >= Number(revision), 'a copy holds what was acknowledged before it began');
      copies++;
    }
    if (!existsSync(file)) continue;
    const { damage, loss } = inspectDatabase(file);
    assert.deepEqual([damage, loss], [[], []]);
    const store = openSqliteStore({ file, clock: systemClock, random });
    for (const [key, revision] of acknowledged) {
      const found = await store.get(key);
      assert.ok(found && found.revision >= revision, `${key} of ${revision} is lost`);
    }
    await store.close();
  }
  t.diagnostic(`${acknowledged.size} keys, ${copies} copies, ${statSync(file).size} bytes`);
  assert.ok(acknowledged.size > 0);
});
