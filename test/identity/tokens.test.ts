import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { CodedError } from '../../src/base/index.ts';
import { firstPartyApplications } from '../../src/identity/index.ts';
import { armScope, azureCli, openIdentity, origins, startEstate } from './support.ts';

test('a service principal signs in with its secret and its token verifies', async () => {
  await using estate = await startEstate();
  const { identity, tenantId, login } = estate;
  const program = await identity.directory.createServicePrincipal({ displayName: 'robot' });
  const answer = await login('POST', `/${tenantId}/oauth2/v2.0/token`, {
    form: {
      grant_type: 'client_credentials',
      client_id: program.applicationId,
      client_secret: program.secret,
      scope: armScope,
    },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.token_type, 'Bearer');
  const principal = await identity.tokens.verify(answer.body.access_token, 'resource-manager');
  assert.equal(principal.objectId, program.objectId);
  assert.equal(principal.type, 'ServicePrincipal');
  assert.equal(principal.name, program.applicationId);
  assert.equal(principal.tenantId, tenantId);
});

test('an independent verifier accepts a token by the published keys and finds the claims of Entra', async () => {
  await using estate = await startEstate();
  const { identity, tenantId, login, clock, administrator } = estate;
  const { token } = await identity.tokens.issueFor(
    identity.directory.administrator().objectId,
    'resource-manager',
  );
  const keys = await login('GET', `/${tenantId}/discovery/v2.0/keys`);
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys.body), {
    issuer: `https://sts.windows.net/${tenantId}/`,
    audience: `${origins.resourceManager}/`,
    currentDate: new Date(clock.now()),
  });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.equal(payload['tid'], tenantId);
  assert.equal(payload['upn'], administrator);
  assert.equal(payload['idtyp'], 'user');
  assert.equal(payload['ver'], '1.0');
  assert.equal(payload['appid'], azureCli);
  assert.equal(payload['oid'], identity.directory.administrator().objectId);
});

test('a user signs in with name and password and gets access, refresh and id token', async () => {
  await using estate = await startEstate();
  const { login, administrator, password, tenantId, identity } = estate;
  const answer = await login('POST', '/organizations/oauth2/v2.0/token', {
    form: {
      grant_type: 'password',
      client_id: azureCli,
      username: administrator,
      password,
      scope: `${armScope} offline_access openid profile`,
      client_info: '1',
    },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.body.scope.split(' ').includes(armScope));
  assert.ok(answer.body.refresh_token);
  const idToken = JSON.parse(Buffer.from(answer.body.id_token.split('.')[1], 'base64url').toString());
  assert.equal(idToken.tid, tenantId);
  assert.equal(idToken.preferred_username, administrator);
  assert.equal(idToken.aud, azureCli);
  const info = JSON.parse(Buffer.from(answer.body.client_info, 'base64url').toString());
  assert.deepEqual(info, { uid: identity.directory.administrator().objectId, utid: tenantId });
  const principal = await identity.tokens.authenticateHeader(
    `Bearer ${answer.body.access_token}`,
    'resource-manager',
  );
  assert.equal(principal.name, administrator);
});

test('tokens of each audience are refused for the others', async () => {
  await using estate = await startEstate();
  const { identity } = estate;
  const { objectId } = identity.directory.administrator();
  const audiences = ['resource-manager', 'graph', 'kubernetes', 'arc'] as const;
  for (const own of audiences) {
    const { token } = await identity.tokens.issueFor(objectId, own);
    for (const asked of audiences) {
      const verified = identity.tokens.verify(token, asked);
      if (asked === own) assert.equal((await verified).objectId, objectId);
      else await assert.rejects(verified, /wrong audience or resource/);
    }
  }
});

test('the refusals carry the codes and texts of Resource Manager', async () => {
  await using estate = await startEstate();
  const { identity, clock, tenantId } = estate;
  const { tokens, directory } = identity;
  const { objectId } = directory.administrator();
  const refusalOf = async (header: string | undefined) => {
    try {
      await tokens.authenticateHeader(header, 'resource-manager');
    } catch (thrown) {
      assert.ok(thrown instanceof CodedError);
      assert.equal(thrown.code, 'unauthenticated');
      return [(thrown.detail as { code: string }).code, thrown.message];
    }
    return [];
  };
  assert.deepEqual(await refusalOf(undefined), [
    'AuthenticationFailed',
    "Authentication failed. The 'Authorization' header is missing.",
  ]);
  assert.deepEqual(await refusalOf('Basic abc'), [
    'AuthenticationFailed',
    "Authentication failed. The 'Authorization' header is provided in an invalid format.",
  ]);
  assert.deepEqual(await refusalOf('Bearer nonsense'), [
    'InvalidAuthenticationToken',
    'The access token is invalid.',
  ]);

  const graph = await tokens.issueFor(objectId, 'graph');
  const [code, message = ''] = await refusalOf(`Bearer ${graph.token}`);
  assert.equal(code, 'InvalidAuthenticationToken');
  assert.match(
    message,
    /^The access token has been obtained for wrong audience or resource 'https:\/\/graph\.localhost:8443\/'\. It should exactly match with one of the allowed audiences 'https:\/\/management\.core\.windows\.net\/','https:\/\/management\.core\.windows\.net','https:\/\/management\.azure\.com\/','https:\/\/management\.azure\.com'/,
  );

  const { token } = await tokens.issueFor(objectId, 'resource-manager');
  const [head, body, signature = ''] = token.split('.');
  const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  assert.deepEqual(await refusalOf(`Bearer ${forged}`), [
    'InvalidAuthenticationToken',
    'The access token is invalid.',
  ]);

  const foreign = Buffer.from(
    JSON.stringify({ iss: 'https://sts.windows.net/other/', exp: 1, nbf: 0 }),
  ).toString('base64url');
  const [foreignCode, foreignMessage = ''] = await refusalOf(`Bearer ${head}.${foreign}.AAAA`);
  assert.equal(foreignCode, 'InvalidAuthenticationTokenTenant');
  assert.ok(foreignMessage.includes(`It must match the tenant 'https://sts.windows.net/${tenantId}/'`));

  await tokens.verify(token, 'resource-manager');
  clock.advance(3_600_000);
  assert.deepEqual(await refusalOf(`Bearer ${token}`), [
    'ExpiredAuthenticationToken',
    "The access token expiry UTC time '1/1/2026 1:00:00 AM' is earlier than current UTC time '1/1/2026 1:00:00 AM'.",
  ]);
});

test('a token signed with the wrong algorithm or without signature is refused', async () => {
  await using estate = await startEstate();
  const { identity } = estate;
  const { token } = await identity.tokens.issueFor(
    identity.directory.administrator().objectId,
    'resource-manager',
  );
  const [head = '', body] = token.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString());
  for (const alg of ['none', 'HS256']) {
    const other = Buffer.from(JSON.stringify({ ...header, alg })).toString('base64url');
    await assert.rejects(identity.tokens.verify(`${other}.${body}.`, 'resource-manager'), {
      code: 'unauthenticated',
    });
  }
});

test('a token of a disabled or removed account is refused at once', async () => {
  await using estate = await startEstate();
  const { identity } = estate;
  const program = await identity.directory.createServicePrincipal({ displayName: 'robot' });
  const { token } = await identity.tokens.issueFor(program.objectId, 'kubernetes');
  await identity.tokens.verify(token, 'kubernetes');
  await identity.directory.removePrincipal(program.objectId);
  await assert.rejects(identity.tokens.verify(token, 'kubernetes'), { code: 'unauthenticated' });
});

test('keys rotate: old tokens stay valid until they expire, then their key is gone', async () => {
  await using estate = await startEstate();
  const { identity, clock } = estate;
  const { objectId } = identity.directory.administrator();
  const before = await identity.tokens.issueFor(objectId, 'resource-manager');
  await identity.keys.rotate();
  const after = await identity.tokens.issueFor(objectId, 'resource-manager');
  const kid = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
  assert.notEqual(kid(before.token), kid(after.token));
  const published = (await identity.keys.jwks()).keys.map((key) => key.kid);
  assert.equal(published.length, 3, 'the one that signed, the one that signs, the one that waits');
  assert.ok(published.includes(kid(before.token)) && published.includes(kid(after.token)));
  await identity.tokens.verify(before.token, 'resource-manager');
  clock.advance(3 * 3_600_000);
  await identity.keys.rotate();
  const later = (await identity.keys.jwks()).keys.map((key) => key.kid);
  assert.ok(!later.includes(kid(before.token)));
});

test('the tenant, its keys and its accounts survive a restart', async () => {
  await using estate = await startEstate();
  const { identity, store, clock, administrator, password, tenantId } = estate;
  const { token } = await identity.tokens.issueFor(
    identity.directory.administrator().objectId,
    'resource-manager',
  );
  await identity.close();
  const again = openIdentity(store, clock);
  try {
    assert.equal(await again.initialize(), undefined);
    assert.equal(again.directory.tenant().tenantId, tenantId);
    const principal = await again.tokens.verify(token, 'resource-manager');
    assert.equal(principal.name, administrator);
    const text: string[] = [];
    for (const entry of (await store.range({ prefix: '/identity/' })).entries)
      text.push(Buffer.from(entry.value).toString());
    assert.ok(!text.join('\n').includes(password), 'the password is not stored in clear');
  } finally {
    await again.close();
  }
});

test('two processes on one store see each other', async () => {
  await using estate = await startEstate();
  const { identity, store, clock, domain } = estate;
  const other = openIdentity(store, clock);
  try {
    await other.initialize();
    const user = await identity.directory.createUser({
      userPrincipalName: `ann@${domain}`,
      displayName: 'Ann',
      password: 'Correct-Horse-7',
    });
    const group = await other.directory.createGroup({ displayName: 'ops' });
    await other.directory.addMember(group.objectId, user.objectId);
    assert.deepEqual(await other.directory.groupsOf(user.objectId), [group.objectId]);
    await assert.rejects(
      other.directory.createUser({
        userPrincipalName: `ANN@${domain}`,
        displayName: 'x',
        password: 'Correct-Horse-7',
      }),
      { code: 'already-exists' },
    );
  } finally {
    await other.close();
  }
});

test('a proof-of-possession token names the key it is bound to, and is a bearer token for Arc clusters alone', async () => {
  await using estate = await startEstate();
  const { identity, tenantId, login } = estate;
  const program = await identity.directory.createServicePrincipal({ displayName: 'robot' });
  const cnf = Buffer.from(JSON.stringify({ kid: 'key-1', xms_ksl: 'sw' })).toString('base64url');
  const bound = async (application: string) => {
    const answer = await login('POST', `/${tenantId}/oauth2/v2.0/token`, {
      form: {
        grant_type: 'client_credentials',
        client_id: program.applicationId,
        client_secret: program.secret,
        scope: `${application}/.default`,
        token_type: 'pop',
        key_id: 'key-1',
        // az leaves one padding character.
        req_cnf: `${cnf}=`,
      },
    });
    assert.equal(answer.body.token_type, 'pop', answer.text);
    return String(answer.body.access_token);
  };
  const arc = await bound(firstPartyApplications.arcServer);
  const claims = JSON.parse(Buffer.from(arc.split('.')[1] ?? '', 'base64url').toString('utf8'));
  assert.deepEqual(claims.cnf, { kid: 'key-1', xms_ksl: 'sw' });
  // What az keeps for a cluster it hands out to kubectl too.
  assert.equal((await identity.tokens.verify(arc, 'arc')).applicationId, program.applicationId);
  const manager = await bound('https://management.azure.com');
  const refused = { code: 'unauthenticated', message: /is bound to a key/ };
  for (let turn = 0; turn < 2; turn++) {
    await assert.rejects(identity.tokens.verify(manager, 'resource-manager'), refused);
    const header = identity.tokens.authenticateHeader(`Bearer ${manager}`, 'resource-manager');
    await assert.rejects(header, refused);
  }
});

test('of many callers who take the same name at once, one gets it', async () => {
  await using estate = await startEstate();
  const { identity, store, clock, domain } = estate;
  const other = openIdentity(store, clock);
  try {
    await other.initialize();
    const attempts = Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? identity : other).directory.createUser({
        userPrincipalName: `ann@${domain}`,
        displayName: `Ann ${i}`,
        password: 'Correct-Horse-7',
      }),
    );
    const outcomes = await Promise.allSettled(attempts);
    assert.equal(outcomes.filter((one) => one.status === 'fulfilled').length, 1);
    for (const one of outcomes)
      if (one.status === 'rejected') assert.equal(one.reason.code, 'already-exists');
    const named = identity.directory.user(`ann@${domain}`);
    assert.deepEqual(other.directory.user(`ann@${domain}`), named);
    assert.equal((await store.range({ prefix: '/identity/users/' })).entries.length, 2);
  } finally {
    await other.close();
  }
});

test('many verifications and sign-ins run side by side', async () => {
  await using estate = await startEstate();
  const { identity, login, administrator, password } = estate;
  const { objectId } = identity.directory.administrator();
  const tokens = await Promise.all(
    Array.from({ length: 50 }, () => identity.tokens.issueFor(objectId, 'graph')),
  );
  assert.equal(new Set(tokens.map((one) => one.token)).size, 50);
  await Promise.all(tokens.map((one) => identity.tokens.verify(one.token, 'graph')));
  const form = {
    grant_type: 'password',
    client_id: azureCli,
    username: administrator,
    password,
    scope: armScope,
  };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => login('POST', '/common/oauth2/v2.0/token', { form })),
  );
  assert.ok(answers.every((one) => one.status === 200));
});
