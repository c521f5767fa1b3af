import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates } from '../../src/cli/program/completion.ts';
import { packageFolder } from '../../src/cli/program/package.ts';
import { verbs } from '../../src/cli/program/verbs.ts';
import { drydock, runProgram } from '../walkthrough/estate.ts';

const after = (...words: string[]) => candidates(words, verbs);

test('what may follow the words of drydock is offered', async () => {
  const all = await after('');
  assert.deepEqual(all.slice(0, 3), ['quickstart', 'up', 'down']);
  assert.deepEqual(await after(), all);
  assert.ok(!all.includes('envtest-server'), 'what programs call is not for people');
  assert.deepEqual(await after('re'), ['reset', 'restore', 'rewind', 'release']);
  assert.deepEqual(await after('completion', ''), ['bash', 'zsh', 'fish']);
  assert.deepEqual(await after('completion', 'z'), ['zsh']);
  assert.deepEqual(await after('reset', '--'), ['--home', '--yes', '--everything']);
  assert.deepEqual(await after('reset', '--e'), ['--everything']);
  assert.deepEqual(await after('infra', '--home', 'x', 'cr'), ['create']);
  assert.deepEqual(await after('no-such-verb', ''), []);
});

test('what may follow the words of az is offered: groups, commands, their options, and values', async () => {
  assert.deepEqual(await after('az', 'acc'), ['account']);
  assert.deepEqual(await after('az', '--v'), ['--version']);
  assert.deepEqual(await after('az', 'account', 's'), ['set', 'show']);
  assert.deepEqual(await after('az', 'account', '--'), ['--help']);
  assert.deepEqual(await after('az', 'group', 'create', '--lo'), ['--location']);
  assert.deepEqual(await after('az', 'group', 'create', '-l', 'eastus', '--lo'), [], 'said already');
  assert.deepEqual(await after('az', 'group', 'list', '--output', 't'), ['table', 'tsv']);
  assert.deepEqual(await after('az', 'group', 'create', '--name', 'x'), [], 'a name is free');
  assert.deepEqual(await after('az', 'no-such'), []);
});

test('the script for bash offers the candidates, and no other shell has one', async () => {
  const script = `
    eval "$(drydock completion bash)"
    COMP_WORDS=(drydock completion z); COMP_CWORD=2; _drydock; echo "\${COMPREPLY[@]}"
    COMP_WORDS=(az account s); COMP_CWORD=2; _drydock_az; echo "\${COMPREPLY[@]}"`;
  const path = `${packageFolder}/bin:${process.env['PATH']}`;
  const shell = await runProgram('bash', ['-euc', script], { PATH: path });
  assert.deepEqual(shell, { code: 0, stdout: 'zsh\nset show\n', stderr: '' });
  const other = await drydock('completion', 'tcsh');
  assert.equal(other.code, 2);
  assert.equal(other.stderr, 'drydock completion: name the shell: bash, zsh or fish.\n');
  assert.equal((await drydock('completion')).code, 2);
});
