import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { processIdentity } from '../../src/server/process-identity.ts';
import { held } from '../support/belongings.ts';

const tests = resolve(import.meta.dirname, '..');

/** A test file that holds a server, a process and a script with a process in its background, and never comes to its end. */
const endless = `
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { held, temporaryRoot } from './support/belongings.ts';
import { runProgram, TestEstate } from './walkthrough/estate.ts';
const estate = await TestEstate.start();
const server = JSON.parse(readFileSync(join(estate.home, 'running.json'), 'utf8')).pid;
const child = held(spawn('sleep', ['600']));
const file = join(temporaryRoot(), 'pid');
runProgram('bash', ['-c', 'sleep 600 & echo $! >' + file + '; wait']);
const read = () => { try { return Number(readFileSync(file, 'utf8')); } catch { return 0; } };
while (read() === 0) await new Promise((next) => setTimeout(next, 5));
console.log(JSON.stringify({ root: temporaryRoot(), pids: [server, child.pid, read()] }));
`;

test('a test that is killed leaves no server, no process and no folder', async () => {
  const child = held(
    spawn(process.execPath, ['--input-type=module', '-e', endless], {
      cwd: tests,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { root, pids } = JSON.parse(line);
  assert.equal(pids.length, 3);
  for (const pid of pids) assert.notEqual(processIdentity(pid), undefined);
  child.kill('SIGKILL');
  // What never comes true is ended by the runner.
  while (existsSync(root) || pids.some((pid: number) => processIdentity(pid) !== undefined)) await pause(10);
});

test('folders of tests lie where they are deleted, however the test ends', () => {
  const strangers = readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('belongings'))
    .filter((name) => /tmpdir\(\)/.test(readFileSync(join(tests, name), 'utf8')));
  assert.deepEqual(strangers, []);
});
