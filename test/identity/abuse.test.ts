import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../src/base/index.ts';
import { Credentials } from '../../src/identity/directory/credentials.ts';
import { ensureTenant } from '../../src/identity/directory/first-start.ts';
import { Objects } from '../../src/identity/directory/objects.ts';
import { networkOf } from '../../src/identity/guesses.ts';
import { firstPartyApplications } from '../../src/identity/index.ts';
import { identityLimits } from '../../src/identity/limits.ts';
import { openTables } from '../../src/identity/records/database.ts';
import { Expiring } from '../../src/identity/records/expiring.ts';
import { MirroredTables } from '../../src/identity/records/mirror.ts';
import { SecretHasher } from '../../src/identity/secrets.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  authorizePage,
  decodeToken,
  hiddenFields,
  redirectUri,
  refused,
  submit,
  tokenRequest,
  userScope,
  verifier,
} from './browser.ts';
import { armScope, azureCli, type Estate, origins, startEstate } from './support.ts';

const passwordForm = (estate: Estate, changes: Record<string, string> = {}) => ({
  client_id: azureCli,
  grant_type: 'password',
  username: estate.administrator,
  password: estate.password,
  scope: userScope,
  ...changes,
});

/** Without what differs from request to request. */
function plain({ status, body }: { status: number; body: Record<string, unknown> }) {
  const { error, error_codes, error_description, error_uri } = body;
  return {
    status,
    error,
    error_codes,
    error_uri,
    text: String(error_description).replace(/ Trace ID.*/, ''),
  };
}

async function codeOf(estate: Estate): Promise<Record<string, string>> {
  const page = await authorizePage(estate);
  const { administrator: username, password } = estate;
  const done = await submit(estate, page, { action: 'password', username, password });
  const { code = '' } = hiddenFields(done.text);
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
}

test('a name that nobody has is answered like a wrong password, on the page, at the token endpoint and by the lock', async () => {
  await using estate = await startEstate();
  const wrong = plain(await tokenRequest(estate, passwordForm(estate, { password: 'Wrong-1234' })));
  const nobody = passwordForm(estate, { username: `nobody@${estate.domain}`, password: 'Wrong-1234' });
  assert.deepEqual(plain(await tokenRequest(estate, nobody)), wrong);
  const texts: string[] = [];
  for (const username of [estate.administrator, `nobody@${estate.domain}`]) {
    const page = await authorizePage(estate);
    const answer = await submit(estate, page, { action: 'password', username, password: 'Wrong-1234' });
    texts.push(
      answer.text.replaceAll(username, '').replaceAll(/nonce[=-]"?[\w+/=-]+|form_token" value="[^"]*"/g, ''),
    );
  }
  assert.equal(texts[0], texts[1]);
  for (let i = 0; i < identityLimits.failedSignInsBeforeLock; i++) await tokenRequest(estate, nobody);
  refused(await tokenRequest(estate, nobody), 50053, 'invalid_grant');
});

test('a name that nobody has costs the same work as a wrong password', async () => {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock, random: systemRandom });
  const db = openTables(store, clock);
  const objects = new Objects(db);
  const hasher = new SecretHasher(systemRandom);
  const context = { db, objects, clock, random: systemRandom, hasher };
  await db.mirror.open();
  await ensureTenant(context, undefined);
  const credentials = new Credentials(context);
  await credentials.checkPassword(undefined, 'the first one makes the stand-in');
  const workOf = async (userId: string | undefined, text: string) => {
    const before = hasher.derivations;
    assert.equal(await credentials.checkPassword(userId, text), 'wrong');
    return hasher.derivations - before;
  };
  const user = objects.tenant().administratorId;
  assert.equal(await workOf(user, 'wrong'), 1);
  assert.equal(await workOf(undefined, 'wrong'), 1);
  assert.equal(await workOf('no-such-id', 'wrong'), 1);
  assert.equal(await workOf(user, 'x'.repeat(300)), await workOf(undefined, 'x'.repeat(300)));
  await db.mirror.close();
  await store.close();
});

test('wrong secrets and assertions of a program are counted before they are judged, for each network', async () => {
  await using estate = await startEstate();
  const program = await estate.identity.directory.createServicePrincipal({ displayName: 'robot' });
  const attempt = (secret: string, source = '192.0.2.1') =>
    estate.login('POST', '/organizations/oauth2/v2.0/token', {
      form: {
        grant_type: 'client_credentials',
        client_id: program.applicationId,
        client_secret: secret,
        scope: armScope,
      },
      source,
    });
  const guess = (i: number) => `${program.secret.slice(0, 3)}8Q~guess${i}`;
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => attempt(guess(i))));
  const judged = all.filter(({ body }) => body.error_codes[0] === 7000215);
  assert.equal(judged.length, identityLimits.failedSignInsBeforeLock);
  refused(await attempt(program.secret), 50053, 'invalid_client', 401);
  const asserted = await estate.login('POST', '/organizations/oauth2/v2.0/token', {
    form: {
      grant_type: 'client_credentials',
      client_id: program.applicationId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'e30.e30.x',
      scope: armScope,
    },
    source: '192.0.2.1',
  });
  refused(asserted, 50053, 'invalid_client', 401);
  assert.equal((await attempt(program.secret, '192.0.2.2')).status, 200, 'others go on');
  estate.clock.advance(60_001);
  assert.equal((await attempt(program.secret)).status, 200);
});

test('owners that fill all there is leave room for everybody else: whoever has the most loses his oldest', async () => {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock, random: systemRandom });
  const mirror = new MirroredTables(store, '/test/');
  const codes = new Expiring(mirror, mirror.table<{ owner: string; expiresAtMs: number }>('codes'), {
    clock,
    limit: 20,
    ownerOf: ({ owner }) => owner,
    limitOfOwner: 5,
    full: 'refuse',
  });
  await mirror.open();
  const add = (name: string, owner: string) => codes.add(name, { owner, expiresAtMs: clock.now() + 60_000 });
  for (const owner of ['a', 'b', 'c', 'd']) {
    for (let i = 0; i < 5; i++) await add(`${owner}${i}`, owner);
    clock.advance(1);
    await assert.rejects(add(`${owner}6`, owner), { code: 'too-many' });
  }
  await Promise.all(Array.from({ length: 16 }, (_, i) => add(`new${i}`, `new${i}`)));
  assert.equal(codes.size, 20);
  for (let i = 0; i < 16; i++)
    assert.ok(codes.get(`new${i}`), 'those who had nothing have what they asked for');
  clock.advance(60_000);
  await add('late', 'a');
  assert.equal(codes.size, 1, 'what has expired makes room for everybody');
  await mirror.close();
  await store.close();
});

test('one user fills his own share of codes, sessions and refresh tokens only, and loses his oldest', async () => {
  await using estate = await startEstate();
  const other = await estate.identity.directory.createUser({
    userPrincipalName: `other@${estate.domain}`,
    displayName: 'Other',
    password: 'Other-Pass-1234',
  });
  const count = async (table: string) =>
    (await estate.store.range({ prefix: `/identity/${table}/` })).entries.length;
  const keep = await estate.identity.tokens.signIn({ objectId: other.objectId, applicationId: azureCli });
  const { objectId } = estate.identity.directory.administrator();
  const first = await estate.identity.tokens.signIn({ objectId, applicationId: azureCli });
  const most = identityLimits.outstandingRefreshTokensPerUser;
  estate.clock.advance(1);
  await Promise.all(
    Array.from({ length: most }, () => estate.identity.tokens.signIn({ objectId, applicationId: azureCli })),
  );
  assert.equal(await count('refresh-tokens'), most + 1);
  const refresh = (refresh_token = '') =>
    tokenRequest(estate, { grant_type: 'refresh_token', refresh_token });
  refused(await refresh(first.refresh_token), 70000, 'invalid_grant');
  assert.equal((await refresh(keep.refresh_token)).status, 200);

  const { administrator: username, password } = estate;
  for (let i = 0; i < identityLimits.outstandingSessionsPerUser + 5; i++) {
    await submit(estate, await authorizePage(estate), { action: 'password', username, password });
  }
  assert.equal(await count('sessions'), identityLimits.outstandingSessionsPerUser);
  assert.equal(await count('authorization-codes'), identityLimits.outstandingAuthorizationCodesPerUser);
});

test('what belongs to a user who is gone, or who ended his sign-ins, leaves the store', async () => {
  await using estate = await startEstate();
  const form = await codeOf(estate);
  assert.equal((await tokenRequest(estate, form)).status, 200);
  estate.clock.advance(1000);
  await estate.identity.directory.resetPassword(estate.identity.directory.administrator().objectId);
  const left = async () => {
    const tables = ['sessions', 'refresh-tokens', 'authorization-codes'];
    const all = await Promise.all(
      tables.map((table) => estate.store.range({ prefix: `/identity/${table}/` })),
    );
    return all.flatMap(({ entries }) => entries).length;
  };
  assert.ok((await left()) >= 3);
  estate.clock.advance(600_000);
  for (let turn = 0; turn < 500 && (await left()) > 0; turn++)
    await new Promise((next) => setImmediate(next));
  assert.equal(await left(), 0);
});

test('a code that is used again ends the refresh tokens that it led to, also those made of them', async () => {
  await using estate = await startEstate();
  const form = await codeOf(estate);
  const first = await tokenRequest(estate, form);
  const refresh = (refresh_token: string) =>
    tokenRequest(estate, { grant_type: 'refresh_token', refresh_token });
  const second = await refresh(first.body.refresh_token);
  const elsewhere = await tokenRequest(estate, passwordForm(estate));
  refused(
    await tokenRequest(estate, { ...form, code_verifier: 'stolen-without-the-verifier' }),
    54005,
    'invalid_grant',
  );
  for (const { body } of [first, second]) refused(await refresh(body.refresh_token), 70000, 'invalid_grant');
  assert.equal((await refresh(elsewhere.body.refresh_token)).status, 200, 'another sign-in goes on');
});

test('a code used by two at once gives one answer, whose refresh token is ended', async () => {
  await using estate = await startEstate();
  const form = await codeOf(estate);
  const answers = await Promise.all([1, 2, 3].map(() => tokenRequest(estate, form)));
  const [good] = answers.filter(({ status }) => status === 200);
  const refresh_token = good?.body.refresh_token ?? '';
  refused(await tokenRequest(estate, { grant_type: 'refresh_token', refresh_token }), 70000, 'invalid_grant');
});

test('a code is good for its verifier, its redirect address and its client only', async () => {
  await using estate = await startEstate();
  const form = await codeOf(estate);
  const { code_verifier: _, ...without } = form;
  refused(await tokenRequest(estate, without), 900144, 'invalid_request');
  refused(await tokenRequest(estate, { ...form, code_verifier: `${verifier}x` }), 501481, 'invalid_grant');
  refused(
    await tokenRequest(estate, { ...form, redirect_uri: 'http://localhost:41235/' }),
    500112,
    'invalid_grant',
  );
  const other = { ...form, client_id: firstPartyApplications.azurePowerShell };
  refused(await tokenRequest(estate, other), 70000, 'invalid_grant');
  assert.equal((await tokenRequest(estate, form)).status, 200);
});

test('after another password, a disabled or a deleted account no token of before counts, and one of after does', async () => {
  await using estate = await startEstate();
  const { identity, clock } = estate;
  const { directory, tokens } = identity;
  const user = await directory.createUser({
    userPrincipalName: `u@${estate.domain}`,
    displayName: 'U',
    password: 'User-Pass-1234',
  });
  const signIn = () => tokens.signIn({ objectId: user.objectId, applicationId: azureCli });
  const refresh = (refresh_token = '') =>
    tokenRequest(estate, { grant_type: 'refresh_token', refresh_token });
  const before = await signIn();
  await tokens.verify(before.access_token, 'resource-manager');
  clock.advance(2000);
  await directory.resetPassword(user.objectId);
  await assert.rejects(tokens.verify(before.access_token, 'resource-manager'), { code: 'unauthenticated' });
  refused(await refresh(before.refresh_token), 50173, 'invalid_grant');
  clock.advance(1000);
  const after = await signIn();
  await tokens.verify(after.access_token, 'resource-manager');

  const admin = (await tokens.issueFor(directory.administrator().objectId, 'graph')).token;
  const headers = { authorization: `Bearer ${admin}` };
  const patch = (accountEnabled: boolean) =>
    estate.graph('PATCH', `/v1.0/users/${user.objectId}`, { json: { accountEnabled }, headers });
  clock.advance(2000);
  assert.equal((await patch(false)).status, 204);
  await assert.rejects(tokens.verify(after.access_token, 'resource-manager'), { code: 'unauthenticated' });
  refused(await refresh(after.refresh_token), 50057, 'invalid_grant');
  assert.equal((await patch(true)).status, 204);
  await tokens.verify(after.access_token, 'resource-manager');
  refused(await refresh(after.refresh_token), 50173, 'invalid_grant');
  await directory.removePrincipal(user.objectId);
  await assert.rejects(tokens.verify(after.access_token, 'resource-manager'), { code: 'unauthenticated' });
  refused(await refresh(after.refresh_token), 50034, 'invalid_grant');
});

test('an id token is no access token, whatever endpoint made it', async () => {
  await using estate = await startEstate();
  for (const path of [
    '/organizations/oauth2/v2.0/token',
    '/organizations/oauth2/token',
    '/adfs/oauth2/token',
  ]) {
    const form = passwordForm(
      estate,
      path.includes('v2.0') ? {} : { resource: origins.resourceManager, scope: 'openid' },
    );
    const { body } = await tokenRequest(estate, form, path);
    assert.ok(body.id_token, path);
    for (const audience of ['resource-manager', 'graph', 'kubernetes', 'arc'] as const) {
      await assert.rejects(estate.identity.tokens.verify(body.id_token, audience), {
        code: 'unauthenticated',
      });
    }
  }
});

test('a refresh token that a program got with its secret needs the secret again', async () => {
  await using estate = await startEstate();
  const { directory, tokens } = estate.identity;
  const program = await directory.createServicePrincipal({ displayName: 'web' });
  const admin = (await tokens.issueFor(directory.administrator().objectId, 'graph')).token;
  const changed = await estate.graph('PATCH', `/v1.0/applications(appId='${program.applicationId}')`, {
    json: {
      web: { redirectUris: ['https://app.example/cb'] },
      publicClient: { redirectUris: ['http://localhost'] },
    },
    headers: { authorization: `Bearer ${admin}` },
  });
  assert.equal(changed.status, 204, changed.text);
  const client = { client_id: program.applicationId };
  const first = await tokenRequest(
    estate,
    passwordForm(estate, { ...client, client_secret: program.secret }),
  );
  assert.equal(first.status, 200, first.text);
  const refresh = (extra: Record<string, string>) =>
    tokenRequest(estate, {
      ...client,
      grant_type: 'refresh_token',
      refresh_token: first.body.refresh_token,
      ...extra,
    });
  refused(await refresh({}), 7000218, 'invalid_client', 401);
  assert.equal((await refresh({ client_secret: program.secret })).status, 200);
});

test('what a client sends to be carried through comes back as text, never as a part of the page', async () => {
  await using estate = await startEstate();
  const evil = `"><script>alert(1)</script><img src=x onerror='a'>`;
  const query = { state: evil, nonce: evil, login_hint: evil };
  const page = await authorizePage(estate, { query });
  assert.ok(!page.text.includes('<script>alert') && !page.text.includes('<img'));
  const { administrator: username, password } = estate;
  const done = await submit(estate, page, { action: 'password', username, password });
  assert.ok(!done.text.includes('<script>alert') && !done.text.includes('<img'));
  assert.equal(hiddenFields(done.text)['state'], evil);
  for (const response_mode of ['query', 'fragment']) {
    const mode = await authorizePage(estate, { query: { ...query, response_mode } });
    const sent = await submit(estate, mode, { action: 'password', username, password });
    const location = new URL(String(sent.headers['location']));
    assert.equal(location.origin, 'http://localhost:41234');
    const answer = response_mode === 'query' ? location.search : location.hash.slice(1);
    assert.equal(new URLSearchParams(answer).get('state'), evil);
  }
});

test('no address but the client’s own gets a code or an error, however it is written', async () => {
  await using estate = await startEstate();
  const others = [
    'https://evil.example/',
    'http://localhost@evil.example/',
    'http://localhost:80@evil.example/',
    'http://localhost.evil.example/',
    'http://localhost%2eevil.example/',
    '//evil.example/',
    'https:evil.example',
    'http://evil.example\\@localhost/',
    'javascript:alert(1)//http://localhost/',
    'data:text/html,x',
    'https://localhost:8443/anything',
    `${origins.login}.evil.example/oauth2/nativeclient`,
  ];
  for (const redirect_uri of others) {
    const page = await authorizePage(estate, { query: { redirect_uri, prompt: 'none' } });
    assert.equal(page.status, 400, redirect_uri);
    assert.equal(page.headers['location'], undefined, redirect_uri);
    const out = await estate.login(
      'GET',
      `/organizations/oauth2/v2.0/logout?${new URLSearchParams({ post_logout_redirect_uri: redirect_uri, client_id: azureCli })}`,
    );
    if (redirect_uri === 'https://localhost:8443/anything') continue;
    assert.equal(out.headers['location'], undefined, redirect_uri);
  }
});

test('password tries are told on the page and at the token endpoint, with the account where there is one, never with what was typed', async () => {
  await using estate = await startEstate();
  const { told, administrator, password } = estate;
  const page = await authorizePage(estate);
  const typed = 'Secret-In-The-Wrong-Field-1';
  await submit(estate, page, { action: 'password', username: administrator, password: 'Wrong-On-Page-1' });
  await submit(estate, page, { action: 'password', username: typed, password: 'x' });
  await submit(estate, page, { action: 'password', username: administrator, password });
  await tokenRequest(estate, passwordForm(estate, { password: 'Wrong-At-Token-1' }));
  await tokenRequest(estate, passwordForm(estate, { client_id: typed }));
  await tokenRequest(estate, { grant_type: typed });
  const good = await tokenRequest(estate, passwordForm(estate));
  const seen = told.map(({ event, outcome, reason, details, actor }) => ({
    event,
    outcome,
    reason,
    way: details?.['way'],
    account: details?.['account'],
    actor: actor?.name,
  }));
  const refusal = (way: string, number: number, account?: string) => ({
    event: 'sign-in',
    outcome: 'refused',
    reason: `AADSTS${number}`,
    way,
    account,
    actor: undefined,
  });
  const success = (way: string) => ({
    event: 'sign-in',
    outcome: 'success',
    reason: undefined,
    way,
    account: undefined,
    actor: administrator,
  });
  assert.deepEqual(seen, [
    refusal('page', 50126, administrator),
    refusal('page', 50126),
    success('page'),
    refusal('password', 50126, administrator),
    refusal('password', 700016, administrator),
    refusal('unknown', 70003),
    success('password'),
  ]);
  const text = JSON.stringify(told);
  const { access_token, refresh_token, id_token } = good.body;
  for (const secret of [typed, 'Wrong-', password, access_token, refresh_token, id_token]) {
    assert.ok(!text.includes(secret));
  }
  assert.equal(decodeToken(access_token)['oid'], told.at(-1)?.actor?.objectId);
});

test('one source of guesses is an IPv4 address, however it is written, or 64 bits of IPv6', () => {
  for (const [source, network] of [
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::ffff:a01:203', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['', ''],
  ] as const) {
    assert.equal(networkOf(source), network, source);
  }
});
