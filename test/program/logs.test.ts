import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { held, temporaryFolder } from '../support/belongings.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const home = temporaryFolder('logs');
after(() => rmSync(home, { recursive: true, force: true }));

test('logs --follow goes on with the new file when a full one is put aside', async () => {
  const file = join(home, 'logs', 'drydock.log');
  mkdirSync(join(home, 'logs'));
  writeFileSync(file, 'first\n');
  const child = held(spawn(process.execPath, [main, 'logs', '--follow', '--home', home]));
  let printed = '';
  const seen = (text: string) =>
    new Promise<void>((done) => {
      const look = () => {
        if (!printed.includes(text)) return;
        child.stdout.off('data', look);
        done();
      };
      child.stdout.on('data', look);
      look();
    });
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  const ended = new Promise((done) => child.once('close', done));
  await seen('first');
  // Whether the watch has begun cannot be seen from outside: lines are written until one arrives.
  const writing = setInterval(() => appendFileSync(file, 'second\n'), 20);
  await seen('second');
  clearInterval(writing);
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'third\n');
  await seen('third');
  child.kill('SIGINT');
  await ended;
});
