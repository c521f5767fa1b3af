import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { held, temporaryFolder } from '../support/belongings.ts';

const program = join(import.meta.dirname, '../../bin/drydock');

test('the kubeconfig of a bare server is 0600, also where a file with another mode lay', async () => {
  const folder = temporaryFolder('kube-test');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, 'old');
  chmodSync(kubeconfig, 0o644);
  const server = held(
    spawn(program, ['kube', 'up', '--bare', '--home', folder, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const ended = once(server, 'exit');
  await once(server.stdout, 'data');
  assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
});

test('a bare server says which admission plug-ins are on, and refuses one that nobody knows', async () => {
  const folder = temporaryFolder('kube-test');
  const start = (...words: string[]) =>
    held(spawn(program, ['kube', 'up', '--bare', '--home', folder, '--port', '0', ...words]));
  const server = start('--disable-admission-plugins', 'Priority,RuntimeClass');
  const ended = once(server, 'exit');
  const [shown] = await once(server.stdout, 'data');
  assert.match(String(shown), /^Admission plug-ins: NamespaceLifecycle,/);
  assert.doesNotMatch(String(shown), /Priority|RuntimeClass|ServiceAccount/);
  server.kill('SIGTERM');
  await ended;
  const refused = start('--enable-admission-plugins=Nonsense');
  const [[said], [code]] = await Promise.all([once(refused.stderr, 'data'), once(refused, 'exit')]);
  assert.equal(String(said), 'drydock kube: enable-admission-plugins plugin "Nonsense" is unknown\n');
  assert.equal(code, 1);
  rmSync(folder, { recursive: true });
});

test('a bare server refuses where a Service is to be reached that is no https URL', async () => {
  const folder = temporaryFolder('kube-test');
  const asked = ['kube', 'up', '--bare', '--home', folder, '--service-url', 'default/hooks=http://a'];
  const refused = held(spawn(program, asked, { stdio: ['ignore', 'ignore', 'pipe'] }));
  const [[said], [code]] = await Promise.all([once(refused.stderr, 'data'), once(refused, 'exit')]);
  assert.equal(String(said), 'drydock kube: --service-url default/hooks=http://a: expected an https URL.\n');
  assert.equal(code, 2);
  rmSync(folder, { recursive: true });
});
