import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodedError, systemClock } from '../../src/base/index.ts';
import {
  certificateLimits,
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
  verifyIssuedBy,
} from '../../src/http/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

const issuing = { clock: systemClock, random: seededRandom('certificates') };
const authority = createAuthority({ commonName: 'Drydock CA', ...issuing });
const dayMs = 24 * 60 * 60 * 1000;

const derOf = (pem: string) => new X509Certificate(pem).raw;

test('server certificates name their hosts and addresses', () => {
  const hostNames = ['localhost', '*.hub.drydock.localhost'];
  const ipAddresses = ['127.0.0.1', '::1', '2001:db8::ff00:42:8329', '::ffff:1.2.3.4'];
  const { certificatePem, privateKeyPem } = issueServerCertificate(authority, {
    hostNames,
    ipAddresses,
    ...issuing,
  });
  const certificate = new X509Certificate(certificatePem);
  for (const name of ['localhost', 'a.hub.drydock.localhost'])
    assert.equal(certificate.checkHost(name) !== undefined, true);
  for (const address of ipAddresses) assert.equal(certificate.checkIP(address), address);
  assert.equal(certificate.checkHost('other'), undefined);
  assert.equal(certificate.ca, false);
  assert.match(privateKeyPem, /^-----BEGIN PRIVATE KEY-----/);
  const issue = () => issueServerCertificate(authority, { hostNames, ipAddresses: ['1.2.3'], ...issuing });
  assert.throws(issue, (thrown) => thrown instanceof CodedError && thrown.code === 'invalid');
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
  const longName = issueServerCertificate(authority, { hostNames: [long], ipAddresses: [], ...issuing });
  assert.equal(new X509Certificate(longName.certificatePem).checkHost(long), long);
});

test('a client certificate gives its name and groups back, whatever characters they hold', async () => {
  for (const commonName of ['kubernetes-admin', 'a, b=c+d\nO=system:masters', 'ümlaut "quoted"']) {
    for (const organizations of [[], ['system:masters'], ['one', 'two, three']]) {
      const { certificatePem } = await issueClientCertificate(authority, {
        commonName,
        organizations,
        ...issuing,
      });
      const verified = verifyIssuedBy(derOf(certificatePem), authority.certificatePem, systemClock);
      assert.deepEqual(verified, { commonName, organizations });
    }
  }
});

test('only certificates of this authority, for clients, in their time are accepted', async () => {
  const other = createAuthority({ commonName: 'Drydock CA', ...issuing });
  const clock = new ManualClock(systemClock.now());
  const name = { commonName: 'ann', organizations: ['ops'] };
  const verify = (pem: string) => verifyIssuedBy(derOf(pem), authority.certificatePem, clock);
  const issued = (await issueClientCertificate(authority, { ...name, ...issuing })).certificatePem;
  assert.ok(verify(issued));
  assert.equal(
    verify((await issueClientCertificate(other, { ...name, ...issuing })).certificatePem),
    undefined,
    'same name',
  );
  const server = issueServerCertificate(authority, { hostNames: ['ann'], ipAddresses: [], ...issuing });
  assert.equal(verify(server.certificatePem), undefined, 'a server certificate');
  assert.equal(verify(authority.certificatePem), undefined, 'the authority itself');
  clock.advance(certificateLimits.clientDays * dayMs + 1000);
  assert.equal(verify(issued), undefined, 'expired');
  clock.advance(-1000 * dayMs);
  assert.equal(verify(issued), undefined, 'not valid yet');
  assert.equal(
    verifyIssuedBy(new Uint8Array(10), authority.certificatePem, clock),
    undefined,
    'no certificate',
  );
  const broken = Uint8Array.from(derOf(issued));
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  assert.equal(
    verifyIssuedBy(broken, authority.certificatePem, systemClock),
    undefined,
    'a broken signature',
  );
});

test('OpenSSL accepts the chains by its strict rules', async (t) => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
  } catch {
    t.skip('no openssl command');
    return;
  }
  const folder = temporaryFolder('certificates');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const caFile = file('ca.pem', authority.certificatePem);
  const issued = {
    sslserver: issueServerCertificate(authority, {
      hostNames: ['localhost'],
      ipAddresses: ['::1'],
      ...issuing,
    }),
    sslclient: await issueClientCertificate(authority, {
      commonName: 'ann',
      organizations: ['a'],
      ...issuing,
    }),
  };
  for (const [purpose, { certificatePem }] of Object.entries(issued)) {
    const leaf = file(`${purpose}.pem`, certificatePem);
    const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', caFile, leaf];
    assert.match(execFileSync('openssl', args).toString(), /: OK/);
  }
});
