import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { isObject } from '../../src/base/index.ts';
import { type Estate, tenantId } from '../arm/estate.ts';
import { caller, identities, openProviders } from './support.ts';

describe('managed identities and SSH keys', () => {
  let estate: Estate;
  let group: string;

  before(async () => {
    estate = await openProviders();
    group = await estate.group('Dock');
  });
  after(() => estate.close());

  test('an identity has its principal from the directory, once, and gives it back', async () => {
    const call = caller(estate, '2025-05-31-preview');
    const id = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ident`;
    const made = await call('PUT', id, { body: { location: 'eastus' } });
    assert.equal(made.status, 201);
    const { properties } = made.body;
    assert.ok(isObject(properties));
    assert.deepEqual(Object.keys(properties), ['tenantId', 'principalId', 'clientId']);
    assert.equal(properties.tenantId, tenantId);
    const again = await call('PUT', id, { body: { location: 'eastus', tags: { a: 'b' } } });
    assert.deepEqual([again.status, again.body.properties], [200, properties]);
    assert.equal(identities.living.get(String(properties.principalId)), id);
    const credential = `${id}/federatedIdentityCredentials/fic`;
    assert.equal((await call('PUT', credential, { body: { properties: { issuer: 'x' } } })).status, 400);
    const federated = { issuer: 'https://issuer.test', subject: 's', audiences: ['a'] };
    const odd = { properties: { ...federated, audiences: ['a', 5] } };
    assert.equal((await call('PUT', credential, { body: odd })).code, 'InvalidRequestContent');
    assert.equal((await call('PUT', credential, { body: { properties: federated } })).status, 201);
    assert.equal((await call('DELETE', id)).status, 200);
    assert.equal(identities.living.size, 0);
    assert.equal((await call('DELETE', id)).status, 204);
  });

  test('a key pair is made once; its halves belong together', async () => {
    const call = caller(estate, '2024-11-01');
    const id = `${group}/providers/Microsoft.Compute/sshPublicKeys/key`;
    const made = await call('PUT', id, { body: { location: 'eastus' } });
    assert.deepEqual([made.status, made.body.properties], [201, {}]);
    const pair = await call('POST', `${id}/generateKeyPair`, { body: { encryptionType: 'RSA' } });
    assert.equal(pair.status, 200);
    assert.equal(pair.body.id, id);
    assert.match(String(pair.body.privateKey), /^-----BEGIN RSA PRIVATE KEY-----/);
    const line = String(pair.body.publicKey);
    const modulus = createPublicKey(createPrivateKey(String(pair.body.privateKey))).export({
      format: 'jwk',
    }).n;
    const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
    assert.ok(blob.subarray(-384).equals(Buffer.from(modulus ?? '', 'base64url')));
    const shown = await call('GET', id);
    assert.deepEqual(shown.body.properties, { publicKey: line });
    assert.equal((await call('POST', `${id}/generateKeyPair`)).status, 409);
    const copy = `${group}/providers/Microsoft.Compute/sshPublicKeys/copy`;
    const put = (publicKey: string) =>
      call('PUT', copy, { body: { location: 'eastus', properties: { publicKey } } });
    assert.equal((await put(line)).status, 201);
    for (const bad of ['', 'ssh-rsa', 'ssh-rsa AAAA', 'ssh-dss AAAA', line.slice(0, 200)]) {
      const reply = await put(bad);
      assert.deepEqual([reply.status, reply.code], [400, 'InvalidParameter'], bad);
    }
  });
});
