import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { FlagRefusal, readFlags } from '../../src/cli/program/stand-in/read-flags.ts';
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
  const ended = once(child, 'close');
  let printed = '';
  child.stderr?.on('data', (chunk) => (printed += chunk));
  return {
    ended,
    printed: () => printed,
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

/** A folder with what envtest writes. */
function certificateFolder(): string {
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
  return folder;
}

/** A stand-in for the API server on a port of its own, once it serves. */
async function apiStandIn(folder: string, flags: readonly string[]) {
  const port = await freePort();
  const { untilServing, stop, printed } = standIn('kube-apiserver', [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    ...flags,
  ]);
  const ask = (path: string, token?: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const url = `https://127.0.0.1:${port}${path}`;
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const ca = readFileSync(join(folder, 'client-ca.crt'));
      const sent = request(url, { ca, headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
      sent.once('error', reject);
      sent.end();
    });
  const ready = await untilServing(() => ask('/readyz'));
  assert.deepEqual(ready, { status: 200, text: 'ok' });
  return { ask, stop, printed };
}

test('the stand-in for the API server serves with the certificates that envtest wrote, to whom they name', async () => {
  const folder = certificateFolder();
  const { ask, stop } = await apiStandIn(folder, [
    `--cert-dir=${folder}`,
    `--client-ca-file=${join(folder, 'client-ca.crt')}`,
    '--service-account-issuer=https://issuer.test/',
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-account-key-file=unused=with=signs',
  ]);
  assert.equal((await ask('/api/v1/namespaces')).status, 401);
  assert.equal(await stop('SIGINT'), 0);
});

/** What the real programs (v1.34.4, etcd 3.4) print for the same words, and what they end with. */
const refusals: [program: 'kube-apiserver' | 'etcd', words: string[], message: string, code: number][] = [
  ['kube-apiserver', ['--foo=1=2'], 'Error: unknown flag: --foo', 1],
  ['kube-apiserver', ['--insecure-port=0'], 'Error: unknown flag: --insecure-port', 1],
  ['kube-apiserver', ['a', '--foo'], 'Error: unknown flag: --foo', 1],
  ['kube-apiserver', ['-x'], "Error: unknown shorthand flag: 'x' in -x", 1],
  ['kube-apiserver', ['-secure-port=1'], "Error: unknown shorthand flag: 's' in -secure-port=1", 1],
  ['kube-apiserver', ['--=2'], 'Error: bad flag syntax: --=2', 1],
  ['kube-apiserver', ['--secure-port'], 'Error: flag needs an argument: --secure-port', 1],
  ['kube-apiserver', ['-v'], "Error: flag needs an argument: 'v' in -v", 1],
  [
    'kube-apiserver',
    ['--allow-privileged=x'],
    'Error: invalid argument "x" for "--allow-privileged" flag: strconv.ParseBool: parsing "x": invalid syntax',
    1,
  ],
  ['kube-apiserver', ['extra'], 'Error: "kube-apiserver" does not take any arguments, got ["extra"]', 1],
  ['kube-apiserver', ['-'], 'Error: "kube-apiserver" does not take any arguments, got ["-"]', 1],
  ['etcd', ['--foo=1'], 'flag provided but not defined: -foo', 2],
  ['etcd', ['--listen-client-urls'], 'flag needs an argument: -listen-client-urls', 2],
  ['etcd', ['--enable-v2=x'], 'invalid boolean value "x" for -enable-v2: parse error', 2],
  ['etcd', ['extra'], "etcdmain: error verifying flags, 'extra' is not a valid flag. See 'etcd --help'.", 1],
];

test('flags that the real programs refuse are refused in their words', async () => {
  for (const [program, words, message, code] of refusals) {
    assert.throws(
      () => readFlags(program, words),
      (thrown) => thrown instanceof FlagRefusal && thrown.message === message && thrown.exitCode === code,
      words.join(' '),
    );
  }
  const refused = await runProgram(join(assets, 'kube-apiserver'), ['--foo']);
  assert.deepEqual(refused, { code: 1, stdout: '', stderr: 'Error: unknown flag: --foo\n' });
  const range = ['--service-cluster-ip-range=foo'];
  const command = await runProgram(join(assets, 'kube-apiserver'), range);
  assert.deepEqual(command, {
    code: 1,
    stdout: '',
    stderr: '"command failed" err="service-cluster-ip-range[0] is not a valid cidr"\n',
  });
  const unread = await runProgram(join(assets, 'kube-apiserver'), [
    '--audit-policy-file=/nope',
    `--cert-dir=${certificateFolder()}`,
  ]);
  assert.deepEqual(unread, {
    code: 1,
    stdout: '',
    stderr:
      '"command failed" err="loading audit policy file: failed to read file path \\"/nope\\": open /nope: no such file or directory"\n',
  });
});

test('what flags name and is not there is told in the words of the real programs, and nothing is served without it', async () => {
  const folder = certificateFolder();
  const files = [`--cert-dir=${folder}`];
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const api = (why: string) => `"command failed" err="${why}"`;
  const told: [program: string, words: string[], code: number, message: string][] = [
    ['kube-apiserver', ['--tls-cert-file=/nope'], 1, api('missing filename for serving key')],
    [
      'kube-apiserver',
      ['--tls-cert-file=/nope', '--tls-private-key-file=/nope'],
      1,
      api('open /nope: no such file or directory'),
    ],
    ['kube-apiserver', [...files, '--client-ca-file=/nope'], 1, api('open /nope: no such file or directory')],
    ['kube-apiserver', [...files, '--feature-gates=Foo=true'], 1, api('unrecognized feature gate: Foo')],
    [
      'kube-apiserver',
      [...files, '--runtime-config=apps/v1/Jobs=false'],
      1,
      api(
        'invalid key apps/v1/Jobs: group/version/resource and resource is always lowercase plural, not \\"Jobs\\"',
      ),
    ],
    ['kube-apiserver', [...files, `--token-auth-file=${folder}`], 1, api(`read ${folder}: is a directory`)],
    [
      'kube-apiserver',
      [...files, '--service-account-signing-key-file=/nope'],
      1,
      api('failed to parse service-account-issuer-key-file: open /nope: no such file or directory'),
    ],
    [
      'kube-apiserver',
      [...files, '--bind-address=127.0.0.1', `--secure-port=${port}`],
      1,
      `drydock envtest-server: Port ${port} on 127.0.0.1 is already in use.`,
    ],
    [
      'etcd',
      [`--listen-client-urls=http://127.0.0.1:0,http://127.0.0.1:${port}`],
      1,
      `etcdmain: listen tcp 127.0.0.1:${port}: bind: address already in use`,
    ],
    [
      'etcd',
      ['--listen-client-urls=http://127.0.0.1:99999'],
      1,
      'etcdmain: listen tcp: address 99999: invalid port',
    ],
    ...[
      ['foo', 'URL scheme must be http, https, unix, or unixs'],
      ['http://127.0.0.1', 'URL address does not have the form "host:port"'],
      ['http://127.0.0.1:1/x', 'URL must not contain a path'],
    ].map(([url, why]): [string, string[], number, string] => [
      'etcd',
      [`--listen-client-urls=${url}`],
      2,
      `invalid value "${url}" for flag -listen-client-urls: ${why}: ${url}`,
    ]),
  ];
  try {
    const answers = await Promise.all(
      told.map(([program, words]) => runProgram(join(assets, program), words)),
    );
    for (const [at, [program, words, code, message]] of told.entries())
      assert.deepEqual(
        answers[at],
        { code, stdout: '', stderr: `${message}\n` },
        `${program} ${words.join(' ')}`,
      );
  } finally {
    taken.close();
  }
});

test('flags are read in every way in which they can be written, and the last one counts', () => {
  const words = [
    '--allow-privileged',
    '--v=1',
    '-v',
    '2',
    '--feature-gates',
    'A=true,B=false',
    '--cert-dir=/a=b',
  ];
  assert.deepEqual(
    [...readFlags('kube-apiserver', [...words, '--profiling=false', '--etcd-servers='])],
    [
      ['allow-privileged', ['true']],
      ['v', ['1', '2']],
      ['feature-gates', ['A=true,B=false']],
      ['cert-dir', ['/a=b']],
      ['profiling', ['false']],
      ['etcd-servers', ['']],
    ],
  );
  assert.deepEqual(
    [...readFlags('etcd', ['-unsafe-no-fsync', '--data-dir', '/d', '-listen-peer-urls=http://localhost:0'])],
    [
      ['unsafe-no-fsync', ['true']],
      ['data-dir', ['/d']],
      ['listen-peer-urls', ['http://localhost:0']],
    ],
  );
});

test('the stand-in does as its flags say: tokens, authorization and service addresses; it names those without effect', async () => {
  const certificates = certificateFolder();
  const tokens = join(certificates, 'tokens.csv');
  writeFileSync(tokens, 'all,admin,1,"system:masters,others"\n# nobody\nsome,user,2\n');
  const flags = [
    `--cert-dir=${certificates}`,
    `--token-auth-file=${tokens}`,
    '--service-cluster-ip-range',
    '10.77.0.0/24',
    '--etcd-servers=http://127.0.0.1:1',
    '--event-ttl=1h',
    '--feature-gates=MutatingAdmissionPolicy=true',
    '--feature-gates=WatchList=false',
    '--runtime-config=admissionregistration.k8s.io/v1beta1=true,batch/v1=false',
  ];
  const strict = await apiStandIn(certificates, flags);
  assert.equal((await strict.ask('/api/v1/namespaces', 'some')).status, 403);
  const services = await strict.ask('/api/v1/namespaces/default/services/kubernetes', 'all');
  assert.match(services.text, /"clusterIP":"10\.77\.0\.1"/);
  const policies = '/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies';
  assert.equal((await strict.ask(policies, 'all')).status, 200);
  assert.equal((await strict.ask('/apis/batch/v1/jobs', 'all')).status, 404);
  assert.equal(await strict.stop('SIGTERM'), 0);
  assert.match(
    strict.printed(),
    /^Feature gates without effect here: WatchList\nWithout effect here: --event-ttl\n/,
  );
  const open = await apiStandIn(certificates, [...flags, '--authorization-mode=AlwaysAllow']);
  assert.equal((await open.ask('/api/v1/namespaces', 'some')).status, 200);
  assert.equal(await open.stop('SIGTERM'), 0);
});
