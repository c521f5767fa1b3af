import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../../src/cli/program/package.ts';
import { held, temporaryFolder } from '../../support/belongings.ts';

const terminal = JSON.stringify(join(packageFolder, 'src/cli/az/terminal.ts'));

/** Runs a script with the functions of the terminal in a process of its own; `typed` is its input, closed after it. */
function runWith(script: string, { typed = '', env = {} }: { typed?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { DISPLAY: _d, WAYLAND_DISPLAY: _w, BROWSER: _b, ...rest } = process.env;
  const child = held(
    spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { promptOnTerminal, openBrowser } = await import(${terminal});
         const isTerminal = (value) => Object.defineProperty(process.stdin, 'isTTY', { value });
         ${script}`,
      ],
      { env: { ...rest, ...env }, stdio: ['pipe', 'pipe', 'pipe'] },
    ),
  );
  child.stdin.end(typed);
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    printed.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk;
  });
  return new Promise<{ stdout: string; stderr: string; code: number | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...printed, code }));
  });
}

test('a question is asked on the terminal alone, and a secret is not shown while it is typed', async () => {
  const ask = (secret: boolean) =>
    `isTerminal(true); console.log(JSON.stringify([await promptOnTerminal('Say: ', ${secret})]));`;
  const open = await runWith(ask(false), { typed: 'word\n' });
  assert.equal(open.stdout, '["word"]\n');
  assert.match(open.stderr, /Say: /);
  assert.match(open.stderr, /word/);
  const secret = await runWith(ask(true), { typed: 'word\n' });
  assert.deepEqual(secret, { stdout: '["word"]\n', stderr: 'Say: \n', code: 0 });
  const none = await runWith("isTerminal(false); console.log([await promptOnTerminal('Say: ', false)]);", {
    typed: 'word\n',
  });
  assert.deepEqual(none, { stdout: '[ undefined ]\n', stderr: '', code: 0 });
});

test('a question whose terminal is closed has no answer', async () => {
  const closed = await runWith(
    `isTerminal(true);
     process.stdin.on('end', () => process.stdin.destroy());
     const asked = promptOnTerminal('Say: ', true).then((answer) => console.log([answer]));
     await asked;`,
    { typed: '\u0003' },
  );
  assert.equal(closed.stdout, '[ undefined ]\n');
});

test('a browser is opened with the address, where there is a screen and a browser', async () => {
  const folder = temporaryFolder('browser');
  const seen = join(folder, 'seen');
  const browser = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    const file = join(folder, name, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $1" >> ${seen}\n`);
    chmodSync(file, 0o700);
    return file;
  };
  const chosen = browser('chosen');
  browser('xdg-open');
  const path = (...names: string[]) => names.map((name) => join(folder, name)).join(delimiter);
  const opened = async (env: NodeJS.ProcessEnv) => {
    const { stdout, stderr } = await runWith(
      "console.log(await openBrowser('https://login.test/?a=1&b=2'));",
      { env },
    );
    assert.equal(stderr, '');
    return stdout;
  };
  assert.equal(await opened({ PATH: path('xdg-open') }), 'false\n', 'no screen');
  assert.equal(await opened({ PATH: '', DISPLAY: ':0' }), 'false\n', 'no browser');
  assert.equal(await opened({ PATH: '', BROWSER: join(folder, 'none') }), 'false\n');
  assert.equal(existsSync(seen), false);
  const line = 'https://login.test/?a=1&b=2\n';
  const expect = async (env: NodeJS.ProcessEnv, name: string) => {
    const before = existsSync(seen) ? readFileSync(seen, 'utf8') : '';
    assert.equal(await opened(env), 'true\n');
    while (!existsSync(seen) || readFileSync(seen, 'utf8').length <= before.length)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(readFileSync(seen, 'utf8').slice(before.length), `${name} ${line}`);
  };
  await expect({ PATH: path('xdg-open'), DISPLAY: ':0' }, 'xdg-open');
  await expect({ PATH: path('none', 'xdg-open'), WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open');
  await expect({ PATH: path('xdg-open', 'chosen'), BROWSER: 'chosen' }, 'chosen');
  await expect({ PATH: path('xdg-open'), BROWSER: chosen }, 'chosen');
  writeFileSync(chosen, 'no program\n', { mode: 0o600 });
  chmodSync(chosen, 0o600);
  assert.equal(await opened({ PATH: '', BROWSER: chosen }), 'false\n', 'it cannot be started');
});
