import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { numberedFiles, RotatingFile } from '../../src/server/rotating-file.ts';
import { temporaryFolder } from '../support/belongings.ts';

const line = (n: number) => `line ${n} ${'.'.repeat(20)}\n`;

function fresh(): string {
  return join(temporaryFolder('lines'), 'logs', 'file.jsonl');
}

test('a full file is put aside, the newest first, and only so many are kept', () => {
  const file = fresh();
  const lines = new RotatingFile(file, { fileBytes: line(0).length * 2, putAside: numberedFiles(2) });
  for (let n = 0; n < 9; n++) assert.equal(lines.write(line(n)), true);
  lines.close();
  assert.equal(readFileSync(file, 'utf8'), line(8));
  assert.equal(readFileSync(`${file}.1`, 'utf8'), line(6) + line(7));
  assert.equal(readFileSync(`${file}.2`, 'utf8'), line(4) + line(5));
  assert.equal(existsSync(`${file}.3`), false);
  for (const name of [file, `${file}.1`, `${file}.2`]) assert.equal(statSync(name).mode & 0o777, 0o600);
});

test('what stands in the file already counts, and is gone on with', () => {
  const file = fresh();
  const options = { fileBytes: line(0).length * 2, putAside: numberedFiles(1) };
  for (let n = 0; n < 3; n++) {
    const lines = new RotatingFile(file, options);
    lines.write(line(n));
    lines.close();
  }
  assert.equal(readFileSync(`${file}.1`, 'utf8'), line(0) + line(1));
  assert.equal(readFileSync(file, 'utf8'), line(2));
});

test('a file that was moved or deleted while it is written to begins anew', () => {
  const file = fresh();
  const lines = new RotatingFile(file, { fileBytes: 10_000, putAside: numberedFiles(1) });
  lines.write(line(0));
  renameSync(file, `${file}.moved`);
  lines.write(line(1));
  rmSync(file);
  lines.write(line(2));
  lines.close();
  assert.equal(readFileSync(`${file}.moved`, 'utf8'), line(0));
  assert.equal(readFileSync(file, 'utf8'), line(2));
});

test('what others write to the same file counts, and none of it is lost when it is full', () => {
  const file = fresh();
  const options = { fileBytes: line(0).length * 4, putAside: numberedFiles(5) };
  const writers = [new RotatingFile(file, options), new RotatingFile(file, options)];
  for (let n = 0; n < 10; n++) writers[n % 2]?.write(line(n));
  for (const writer of writers) writer.close();
  const [oldest, older, newest] = [`${file}.2`, `${file}.1`, file].map((name) => readFileSync(name, 'utf8'));
  assert.equal(oldest, [0, 1, 2, 3].map(line).join(''));
  assert.equal(older, [4, 5, 6, 7].map(line).join(''));
  assert.equal(newest, [8, 9].map(line).join(''));
});

test('a device is written to whatever its size, and nobody gives it another name', () => {
  const file = fresh();
  mkdirSync(join(file, '..'));
  symlinkSync('/dev/null', file);
  const lines = new RotatingFile(file, { fileBytes: line(0).length * 2, putAside: numberedFiles(1) });
  for (let n = 0; n < 5; n++) assert.equal(lines.write(line(n)), true);
  lines.close();
  assert.equal(lstatSync(file).isSymbolicLink(), true);
  assert.equal(existsSync(`${file}.1`), false);
});

test('a line that cannot be written stops nobody, is told with the reason, and the next one is tried again', () => {
  const file = fresh();
  const folder = join(file, '..');
  const lines = new RotatingFile(file, { fileBytes: 10_000, putAside: numberedFiles(1) });
  renameSync(folder, `${folder}-away`);
  assert.equal(lines.write(line(0)), false);
  assert.match(lines.whyFailing ?? '', /ENOENT/);
  renameSync(`${folder}-away`, folder);
  assert.equal(lines.write(line(1)), true);
  assert.equal(lines.whyFailing, undefined);
  lines.close();
  assert.equal(readFileSync(file, 'utf8'), line(1));
});
