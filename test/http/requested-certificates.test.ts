import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import {
  bitString,
  integer,
  objectIdentifier,
  sequence,
  set,
  tagged,
} from '../../src/http/certificates/der.ts';
import { createAuthority, requestSigner, verifyIssuedBy } from '../../src/http/index.ts';

const authority = createAuthority({ commonName: 'test', clock: systemClock, random: systemRandom });
const signer = requestSigner(authority, systemRandom);

/** A request, PEM in base64, whose subject has these parts: OID and the value's DER. */
function requestOf(...parts: readonly (readonly [id: string, value: Buffer])[]): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const info = sequence(
    integer(Uint8Array.of(0)),
    sequence(...parts.map(([id, value]) => set(sequence(objectIdentifier(id), value)))),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0),
  );
  const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
  const der = sequence(info, algorithm, bitString(sign('sha256', info, privateKey)));
  const lines = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
  return Buffer.from(pem).toString('base64');
}

function value(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Uint8Array.of(tag, content.length), content]);
}

const [organization, commonName, title] = ['2.5.4.10', '2.5.4.3', '2.5.4.12'];
const [utf8, universal, bmp] = [0x0c, 0x1c, 0x1e];
const issueNow = (request: string, notAfterMs = systemClock.now() + 60_000) =>
  signer.sign(request, { notBeforeMs: systemClock.now() - 1000, notAfterMs, usages: ['client auth'] });

test('a certificate names what was read of its request, whatever other readers would see in there', () => {
  const masters = Buffer.from('system:masters');
  const wide = Buffer.concat([...masters].map((byte) => Buffer.from([0, 0, 0, byte])));
  const request = requestOf(
    [organization, value(universal, wide)],
    [organization, value(bmp, Buffer.from('devs', 'utf16le').swap16())],
    [title, value(utf8, masters)],
    [commonName, value(utf8, Buffer.from('first'))],
    [commonName, value(utf8, Buffer.from('jane'))],
  );
  const read = signer.read(request);
  assert.ok(!(read instanceof Error));
  assert.deepEqual([read.organizations, read.commonName], [['devs'], 'jane']);
  const pem = issueNow(request);
  const { raw, subject } = new X509Certificate(pem);
  assert.equal(subject, 'O=devs\nCN=jane');
  assert.deepEqual(verifyIssuedBy(raw, authority.certificatePem, systemClock), {
    ...{ commonName: 'jane', organizations: ['devs'] },
  });
});

test('a certificate ends with its authority at the latest, and nothing is signed after that', () => {
  const request = requestOf([commonName, value(utf8, Buffer.from('jane'))]);
  const end = new X509Certificate(authority.certificatePem).validToDate;
  const { validToDate } = new X509Certificate(issueNow(request, end.getTime() + 1_000_000));
  assert.deepEqual(validToDate, end);
  const late = { notBeforeMs: end.getTime(), notAfterMs: end.getTime() + 1000, usages: [] };
  assert.throws(() => signer.sign(request, late), /the signer has expired/);
});
