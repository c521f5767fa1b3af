import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { at } from '../../src/apimachinery/read.ts';
import {
  type CertificateSigningRequest,
  certificateSigningRequests as requests,
} from '../../src/controllers/kinds/certificates.ts';
import { rbac } from '../apiserver/rights.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

const client = 'kubernetes.io/kube-apiserver-client';
const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet';
const serving = 'kubernetes.io/kubelet-serving';

describe('the signers of a cluster', () => {
  let cluster: TestCluster;
  const folder = temporaryFolder('certificates');
  before(async () => {
    cluster = await startTestCluster({ profile: 'hub' });
  });
  after(() => cluster.close());

  /** The PEM of a request for a subject, made by openssl; the key lies beside it. */
  function openssl(name: string, subject: string, names?: string): string {
    const file = (end: string) => join(folder, `${name}.${end}`);
    execFileSync(
      'openssl',
      [
        ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', subject],
        ...['-keyout', file('key'), '-out', file('csr')],
        ...(names === undefined ? [] : ['-addext', `subjectAltName=${names}`]),
      ],
      { stdio: 'ignore' },
    );
    return execFileSync('openssl', ['req', '-in', file('csr')], { encoding: 'utf8' });
  }

  async function ask(
    name: string,
    pem: string,
    spec: Partial<CertificateSigningRequest['spec']>,
    as = cluster.client,
  ): Promise<void> {
    await typedClient(as).create(requests, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: {
        request: Buffer.from(pem).toString('base64'),
        signerName: client,
        usages: ['client auth'],
        ...spec,
      },
    });
  }

  async function approve(name: string): Promise<void> {
    const { kubectl } = await cluster.listen();
    await kubectl('certificate', 'approve', name);
  }

  async function issued(name: string): Promise<{ pem: string; certificate: X509Certificate }> {
    const found = await eventually(cluster.client, requests, { name }, (one) => !!one?.status?.certificate);
    const pem = Buffer.from(found?.status?.certificate ?? '', 'base64').toString();
    return { pem, certificate: new X509Certificate(pem) };
  }

  const failure = async (name: string) => {
    const holds = (one: CertificateSigningRequest | undefined) =>
      one?.status?.conditions?.some(({ type }) => type === 'Failed') ?? false;
    const found = await eventually(cluster.client, requests, { name }, holds);
    const { reason, message } = found?.status?.conditions?.find(({ type }) => type === 'Failed') ?? {};
    return `${reason}: ${message}`;
  };

  it('sign what kubectl approved, and the cluster knows who shows it', async () => {
    const pem = openssl('jane', '/O=devs/CN=jane/O=more/L=Town');
    await ask('jane', pem, { usages: ['client auth', 'digital signature'], expirationSeconds: 3600 });
    await approve('jane');
    const { pem: certificatePem, certificate } = await issued('jane');
    assert.equal(certificate.subject, 'L=Town\nO=devs + O=more\nCN=jane');
    assert.equal(certificate.ca, false);
    const lasts = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
    assert.equal(lasts, 65 * 60 * 1000, 'an hour, and five minutes for clocks that are behind');
    writeFileSync(join(folder, 'jane.pem'), certificatePem);
    const shown = execFileSync('openssl', ['x509', '-in', join(folder, 'jane.pem'), '-noout', '-text'], {
      encoding: 'utf8',
    });
    assert.match(shown, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(shown, /Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
    const { run, url, caPem } = await cluster.listen();
    writeFileSync(join(folder, 'ca.pem'), caPem);
    const kubeconfig = [
      '--kubeconfig=/dev/null',
      `--server=${url}`,
      `--certificate-authority=${folder}/ca.pem`,
    ];
    const proof = [`--client-certificate=${folder}/jane.pem`, `--client-key=${folder}/jane.key`];
    const who = await run(['auth', 'whoami', '-o', 'json', ...kubeconfig, ...proof]);
    assert.equal(who.code, 0, who.stderr);
    const user = at(JSON.parse(who.stdout), 'status', 'userInfo');
    assert.deepEqual(
      { username: at(user, 'username'), groups: at(user, 'groups') },
      { username: 'jane', groups: ['devs', 'more', 'system:authenticated'] },
    );
    const change = { type: 'merge', body: { status: { certificate: 'aGk=' } } } as const;
    await assert.rejects(
      typedClient(cluster.client).patch(requests, { name: 'jane' }, change, { subresource: 'status' }),
      /updates may not modify existing certificate content/,
    );
  });

  it('say in a condition why they sign nothing, and leave those of others alone', async () => {
    const jane = openssl('refused', '/CN=jane');
    const node = openssl('node', '/O=system:nodes/CN=system:node:n1');
    const named = openssl('named', '/O=system:nodes/CN=system:node:n1', 'DNS:n1,IP:10.0.0.9');
    await ask('usage', jane, { usages: ['server auth'] });
    await ask('less', jane, { usages: ['digital signature'] });
    await ask('not-a-node', jane, { signerName: kubelet });
    await ask('names', named, { signerName: kubelet, usages: ['client auth', 'digital signature'] });
    await ask('usages', node, { signerName: kubelet, usages: ['client auth'] });
    await ask('no-names', node, { signerName: serving, usages: ['server auth', 'digital signature'] });
    await ask('serving', named, { signerName: serving, usages: ['server auth', 'digital signature'] });
    await ask('other', jane, { signerName: 'example.com/other' });
    await ask('denied', jane, {});
    const { kubectl } = await cluster.listen();
    await kubectl('certificate', 'deny', 'denied');
    for (const name of ['usage', 'less', 'not-a-node', 'names', 'usages', 'no-names', 'other', 'serving'])
      await approve(name);
    const of = 'SignerValidationFailure: ';
    assert.equal(await failure('usage'), `${of}invalid usage for client certificate: server auth`);
    assert.equal(await failure('less'), `${of}missing required usage for client certificate: client auth`);
    assert.equal(await failure('not-a-node'), `${of}subject organization is not system:nodes`);
    assert.equal(await failure('names'), `${of}DNS subjectAltNames are not allowed`);
    assert.equal(
      await failure('usages'),
      `${of}usages did not match [client auth digital signature key encipherment]`,
    );
    assert.equal(await failure('no-names'), `${of}DNS or IP subjectAltName is required`);
    const { certificate } = await issued('serving');
    assert.equal(certificate.subjectAltName, 'DNS:n1, IP Address:10.0.0.9');
    // The requests before it in the same queue were looked at by now.
    const left = await typedClient(cluster.client).list(requests);
    const unsigned = left.items.filter(({ metadata }) => ['other', 'denied'].includes(metadata.name ?? ''));
    assert.deepEqual(
      unsigned.map(({ status }) => [status?.certificate, status?.conditions?.length]),
      [
        [undefined, 1],
        [undefined, 1],
      ],
    );
  });

  it('give nodes their own certificates unasked, and those of others to who may create nodes’ clients', async () => {
    const group = 'rbac.authorization.k8s.io';
    const grant = (name: string, role: string, user: string) =>
      cluster.client.create(rbac('clusterrolebindings'), {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'User', apiGroup: group, name: user }],
      });
    const role = 'system:certificates.k8s.io:certificatesigningrequests';
    await grant('boot', `${role}:nodeclient`, 'bootstrapper');
    await grant('self', `${role}:selfnodeclient`, 'system:node:n2');
    for (const user of ['bootstrapper', 'system:node:n2', 'other'])
      await grant(`asks-${user.replaceAll(':', '-')}`, 'system:node-bootstrapper', user);
    const as = (username: string) =>
      cluster.clientAs({ username, uid: '', groups: ['system:authenticated'], extra: {} });
    const spec = { signerName: kubelet, usages: ['client auth', 'digital signature'] };
    const n1 = openssl('n1', '/O=system:nodes/CN=system:node:n1');
    const n2 = openssl('n2', '/O=system:nodes/CN=system:node:n2');
    await ask('by-other', n2, spec, as('other'));
    await ask('not-itself', n1, spec, as('system:node:n2'));
    await ask('itself', n2, spec, as('system:node:n2'));
    await ask('by-bootstrapper', n1, spec, as('bootstrapper'));
    const messageOf = async (name: string) =>
      (await typedClient(cluster.client).get(requests, { name })).status?.conditions?.map(
        ({ reason, message }) => `${reason}: ${message}`,
      );
    await issued('by-bootstrapper');
    await issued('itself');
    assert.deepEqual(await messageOf('itself'), [
      'AutoApproved: Auto approving self kubelet client certificate after SubjectAccessReview.',
    ]);
    assert.deepEqual(await messageOf('by-bootstrapper'), [
      'AutoApproved: Auto approving kubelet client certificate after SubjectAccessReview.',
    ]);
    assert.equal(await messageOf('by-other'), undefined);
    assert.equal(await messageOf('not-itself'), undefined);
  });

  it('take nothing from a request but its subject, names and key', async () => {
    const config = join(folder, 'eve.conf');
    writeFileSync(
      config,
      '[req]\ndistinguished_name=dn\nprompt=no\nreq_extensions=ext\n[dn]\nCN=eve\n[ext]\nbasicConstraints=CA:TRUE\nkeyUsage=keyCertSign\n',
    );
    const args = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', config];
    const pem = execFileSync('openssl', [...args, '-keyout', join(folder, 'eve.key')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await ask('eve', pem, {});
    await approve('eve');
    const { certificate } = await issued('eve');
    assert.equal(certificate.ca, false);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.equal(certificate.subject, 'CN=eve');
  });
});
