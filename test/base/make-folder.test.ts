import assert from 'node:assert/strict';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../src/base/index.ts';
import { temporaryFolder } from '../support/belongings.ts';

const coded = (code: string) => (thrown: unknown) =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code;

test('a folder is made with those above it, for its owner alone, and one that is there stays as it is', () => {
  const top = temporaryFolder('make-folder');
  makeFolder(join(top, 'a', 'b', '..', 'c'));
  for (const made of ['a', join('a', 'c')]) assert.equal(statSync(join(top, made)).mode & 0o777, 0o700);
  assert.ok(!existsSync(join(top, 'a', 'b')));
  makeFolder(join(top, 'open'), 0o755);
  makeFolder(join(top, 'open'));
  assert.equal(statSync(join(top, 'open')).mode & 0o777, 0o755 & ~process.umask());
  symlinkSync(join(top, 'a'), join(top, 'link'));
  makeFolder(join(top, 'link', 'd'));
  assert.ok(existsSync(join(top, 'a', 'd')));
});

test('where no folder can be made that is told, also by a folder that denies that it is there', () => {
  const top = temporaryFolder('make-folder');
  writeFileSync(join(top, 'file'), '');
  assert.throws(() => makeFolder(join(top, 'file')), coded('EEXIST'));
  assert.throws(() => makeFolder(join(top, 'file', 'under')), coded('ENOTDIR'));
  symlinkSync(join(top, 'absent'), join(top, 'dangling'));
  assert.throws(() => makeFolder(join(top, 'dangling', 'under')), coded('EEXIST'));
  if (existsSync('/proc/self')) assert.throws(() => makeFolder('/proc/no-such/under'), coded('ENOENT'));
});
