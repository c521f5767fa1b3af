import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const program = join(import.meta.dirname, '../../bin/drydock');

test('the kubeconfig of a bare server is 0600, also where a file with another mode lay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-kube-test-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, 'old');
  chmodSync(kubeconfig, 0o644);
  const server = spawn(program, ['kube', 'up', '--bare', '--home', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  await once(server.stdout, 'data');
  assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
});
