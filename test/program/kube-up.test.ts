import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

test('a bare server serves the API versions it is told to, names gates without effect, and refuses unknown ones', async () => {
  const folder = temporaryFolder('kube-test');
  const start = (...words: string[]) =>
    held(spawn(program, ['kube', 'up', '--bare', '--home', folder, '--port', '0', ...words]));
  const server = start(
    '--feature-gates=MutatingAdmissionPolicy=true,WatchList=false',
    '--runtime-config=admissionregistration.k8s.io/v1beta1=true',
  );
  const ended = once(server, 'exit');
  const [[told]] = await Promise.all([once(server.stderr, 'data'), once(server.stdout, 'data')]);
  assert.equal(String(told), 'drydock kube: Feature gates without effect here: WatchList\n');
  server.kill('SIGTERM');
  await ended;
  const refused = start('--feature-gates=Nonsense=true');
  const [[said], [code]] = await Promise.all([once(refused.stderr, 'data'), once(refused, 'exit')]);
  assert.equal(String(said), 'drydock kube: unrecognized feature gate: Nonsense\n');
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

const policy = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, verbs: [create]}]\n';

test('a bare server writes what an audit policy asks for, and a kill takes none of it', async () => {
  const folder = temporaryFolder('kube-test');
  const [policyFile, log] = [join(folder, 'policy.yaml'), join(folder, 'audit.log')];
  writeFileSync(policyFile, policy);
  const asked = ['kube', 'up', '--bare', '--home', folder, '--port', '0'];
  const server = held(
    spawn(program, [...asked, '--audit-policy-file', policyFile, '--audit-log-path', log], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const ended = once(server, 'exit');
  await once(server.stdout, 'data');
  const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') };
  execFileSync('kubectl', ['create', 'configmap', 'a', '--from-literal=a=b'], { env });
  server.kill('SIGKILL');
  await ended;
  const events = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ stage, objectRef }) => [stage, objectRef.resource, objectRef.name]),
    [
      ['RequestReceived', 'configmaps', undefined],
      ['ResponseComplete', 'configmaps', 'a'],
    ],
  );
  assert.match(events[0].userAgent, /^kubectl/);
  rmSync(folder, { recursive: true });
});

test('a bare server refuses audit policies and flags that the real server refuses', async () => {
  const folder = temporaryFolder('kube-test');
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, policy.replace('Metadata', 'All'));
  for (const [words, said, code] of [
    [
      ['--audit-policy-file', policyFile],
      `loading audit policy file: rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse": from file ${policyFile}`,
      1,
    ],
    [
      ['--audit-log-path=-', '--audit-log-format=xml', '--audit-log-maxage=-1'],
      '[invalid audit log format xml, allowed formats are "legacy,json", --audit-log-maxage -1 can\'t be a negative number].',
      2,
    ],
  ] as const) {
    const refused = held(
      spawn(program, ['kube', 'up', '--bare', '--home', folder, ...words], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    const [[text], [exit]] = await Promise.all([once(refused.stderr, 'data'), once(refused, 'exit')]);
    assert.equal(String(text), `drydock kube: ${said}\n`);
    assert.equal(exit, code);
  }
  rmSync(folder, { recursive: true });
});
