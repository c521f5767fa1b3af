import assert from 'node:assert/strict';
import { rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { runProgram } from '../walkthrough/estate.ts';

const root = resolve(import.meta.dirname, '..', '..');

test('the packed package works without the repository, also through a symbolic link', async () => {
  const folder = temporaryFolder('package');
  const packed = await runProgram('npm', ['pack', '--pack-destination', folder, '--prefix', root], {});
  assert.equal(packed.code, 0, packed.stderr);
  const archive = join(folder, packed.stdout.trim().split('\n').at(-1) ?? '');
  const installed = await runProgram('npm', ['install', '--prefix', join(folder, 'app'), archive]);
  assert.equal(installed.code, 0, installed.stderr);
  const link = join(folder, 'drydock');
  await symlink(join(folder, 'app', 'node_modules', '.bin', 'drydock'), link);
  const home = join(folder, 'home');
  const up = await runProgram(link, ['up', '--detach', '--home', home, '--port', '0']);
  assert.equal(up.code, 0, up.stderr);
  const group = await runProgram(link, [
    'exec',
    '--home',
    home,
    '--',
    'az',
    'group',
    'create',
    '-n',
    'g',
    '-l',
    'eastus',
  ]);
  assert.equal(group.code, 0, group.stderr);
  assert.equal(JSON.parse(group.stdout).properties.provisioningState, 'Succeeded');
  assert.equal((await runProgram(link, ['down', '--home', home])).code, 0);
  await rm(folder, { recursive: true });
});
