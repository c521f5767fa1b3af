import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority, issueServerCertificate } from '../../src/http/index.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { drydock, freePort, runProgram } from '../walkthrough/estate.ts';

let assets: string;

before(async () => {
  const home = temporaryFolder('envtest');
  const made = await drydock('envtest', '--home', home);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(made.stdout, `${home}\n`);
  assets = home;
});

/** Starts a stand-in as envtest does; `answers` resolves once it serves. */
function standIn(program: string, flags: readonly string[]) {
  const child = held(spawn(join(assets, program), flags, { stdio: ['ignore', 'ignore', 'pipe'] }));
  const ended = once(child, 'exit');
  return {
    ended,
    async untilServing<T>(ask: () => Promise<T>): Promise<T> {
      for (;;) {
        try {
          return await ask();
        } catch (thrown) {
          if (child.exitCode !== null) throw thrown;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    },
    async stop(signal: NodeJS.Signals) {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

test('the folder holds what envtest starts, and may be made again', async () => {
  for (const name of ['kube-apiserver', 'etcd'])
    assert.equal(statSync(join(assets, name)).mode & 0o111, 0o111);
  assert.match(readlinkSync(join(assets, 'kubectl')), /\/kubectl$/);
  assert.equal((await drydock('envtest', '--home', assets)).code, 0);
  assert.match(readlinkSync(join(assets, 'kubectl')), /\/kubectl$/);
});

test('a stand-in answers a question for its help, and refuses to stand in for anything else', async () => {
  for (const word of ['--help', '-h']) {
    const help = await runProgram(join(assets, 'kube-apiserver'), [word]);
    assert.deepEqual(help, { code: 0, stdout: '', stderr: '' });
  }
  const other = await drydock('envtest-server', 'kube-scheduler');
  assert.equal(other.code, 2);
  assert.match(other.stderr, /there is no stand-in for 'kube-scheduler'\./);
});

test('the stand-in for etcd says that it is healthy until it is stopped', async () => {
  const port = await freePort();
  const { untilServing, stop } = standIn('etcd', [`--listen-client-urls=http://127.0.0.1:${port}`]);
  const answer = await untilServing(() => fetch(`http://127.0.0.1:${port}/health`));
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.deepEqual(await answer.json(), { health: 'true', reason: '' });
  assert.equal(await stop('SIGTERM'), 0);
});

test('the stand-in for the API server serves with the certificates that envtest wrote, to whom they name', async () => {
  const folder = temporaryFolder('envtest-certificates');
  const chance = { clock: systemClock, random: systemRandom };
  const authority = createAuthority({ commonName: 'envtest', ...chance });
  const serving = issueServerCertificate(authority, {
    hostNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    ...chance,
  });
  writeFileSync(join(folder, 'apiserver.crt'), serving.certificatePem);
  writeFileSync(join(folder, 'apiserver.key'), serving.privateKeyPem);
  writeFileSync(join(folder, 'client-ca.crt'), authority.certificatePem);
  writeFileSync(join(folder, 'sa.key'), serving.privateKeyPem);
  const port = await freePort();
  const { untilServing, stop } = standIn('kube-apiserver', [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--client-ca-file=${join(folder, 'client-ca.crt')}`,
    '--service-account-issuer=https://issuer.test/',
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-account-key-file=unused=with=signs',
  ]);
  const ask = (path: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const url = `https://127.0.0.1:${port}${path}`;
      const sent = request(url, { ca: readFileSync(join(folder, 'client-ca.crt')) }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
      sent.once('error', reject);
      sent.end();
    });
  const ready = await untilServing(() => ask('/readyz'));
  assert.deepEqual(ready, { status: 200, text: 'ok' });
  assert.equal((await ask('/api/v1/namespaces')).status, 401);
  assert.equal(await stop('SIGINT'), 0);
});
