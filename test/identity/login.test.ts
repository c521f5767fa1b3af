import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { systemRandom } from '../../src/base/index.ts';
import { createAuthority } from '../../src/http/index.ts';
import { firstPartyApplications } from '../../src/identity/index.ts';
import { parseLoginPath } from '../../src/identity/login/paths.ts';
import {
  authorizePage,
  decodeToken,
  deviceGrant,
  hiddenFields,
  redirectUri,
  refused,
  submit,
  tokenRequest,
  userScope,
  verifier,
} from './browser.ts';
import { armScope, azureCli, type Estate, origins, startEstate } from './support.ts';

test('discovery answers in every form that clients ask for', async () => {
  await using estate = await startEstate();
  const { login, tenantId, domain } = estate;
  const get = async (path: string) => {
    const answer = await login('GET', path);
    assert.equal(answer.status, 200, `${path} ${answer.text}`);
    return answer.body;
  };
  const v2 = await get(`/${tenantId}/v2.0/.well-known/openid-configuration`);
  assert.equal(v2.issuer, `${origins.login}/${tenantId}/v2.0`);
  assert.equal(v2.token_endpoint, `${origins.login}/${tenantId}/oauth2/v2.0/token`);
  assert.equal(v2.device_authorization_endpoint, `${origins.login}/${tenantId}/oauth2/v2.0/devicecode`);
  assert.equal(v2.authorization_endpoint, `${origins.login}/${tenantId}/oauth2/v2.0/authorize`);
  const v1 = await get(`/${domain}/.well-known/openid-configuration`);
  assert.equal(v1.issuer, `https://sts.windows.net/${tenantId}/`);
  assert.equal(v1.token_endpoint, `${origins.login}/${domain}/oauth2/token`);
  const many = await get('/organizations/v2.0/.well-known/openid-configuration');
  assert.equal(many.token_endpoint, `${origins.login}/organizations/oauth2/v2.0/token`);
  const adfs = await get('/adfs/.well-known/openid-configuration');
  assert.equal(adfs.token_endpoint, `${origins.login}/adfs/oauth2/token`);
  assert.equal(adfs.issuer, `${origins.login}/adfs`);
  for (const document of [v2, v1, many, adfs]) {
    const keys = await get(new URL(document.jwks_uri).pathname);
    assert.equal(keys.keys[0].alg, 'RS256');
    assert.equal(keys.keys[0].d, undefined, 'the private part stays here');
    for (const member of [
      'token_endpoint',
      'authorization_endpoint',
      'device_authorization_endpoint',
      'end_session_endpoint',
    ]) {
      assert.ok(parseLoginPath(new URL(document[member]).pathname), document[member]);
    }
  }
  assert.ok(!parseLoginPath('/subscriptions/x/resourceGroups'));
});

test('instance discovery and user realm say that this host signs its own users in', async () => {
  await using estate = await startEstate();
  const { login, tenantId, administrator } = estate;
  const endpoint = encodeURIComponent(`${origins.login}/${tenantId}/oauth2/v2.0/authorize`);
  const known = await login(
    'GET',
    `/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`,
  );
  assert.equal(
    known.body.tenant_discovery_endpoint,
    `${origins.login}/${tenantId}/v2.0/.well-known/openid-configuration`,
  );
  assert.deepEqual(known.body.metadata[0].aliases, ['login.localhost:8443', 'login.localhost']);
  const foreign = encodeURIComponent('https://login.microsoftonline.com/common/oauth2/v2.0/authorize');
  refused(
    await login('GET', `/common/discovery/instance?authorization_endpoint=${foreign}`),
    50049,
    'invalid_instance',
  );
  const realm = await login('GET', `/common/userrealm/${administrator}?api-version=1.0`);
  assert.equal(realm.body.account_type, 'Managed');
  assert.equal(
    (await login('GET', '/common/UserRealm/x@example.org?api-version=1.0')).body.account_type,
    'Unknown',
  );
});

test('each refusal of the token endpoint has the number that clients match on', async () => {
  await using estate = await startEstate();
  const { identity, tenantId, administrator, password, domain, clock } = estate;
  const { directory } = identity;
  const program = await directory.createServicePrincipal({ displayName: 'robot' });
  const secret = {
    client_id: program.applicationId,
    client_secret: program.secret,
    grant_type: 'client_credentials',
  };
  const person = { grant_type: 'password', username: administrator, password, scope: userScope };

  refused(await tokenRequest(estate, {}), 900144, 'invalid_request');
  refused(await tokenRequest(estate, { grant_type: 'toString' }), 70003, 'unsupported_grant_type');
  refused(
    await tokenRequest(estate, person, '/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token'),
    90002,
    'invalid_request',
  );
  refused(await tokenRequest(estate, person, '/nowhere/oauth2/v2.0/token'), 900023, 'invalid_request');
  refused(
    await tokenRequest(estate, { ...secret, client_secret: 'wrong', scope: armScope }),
    7000215,
    'invalid_client',
    401,
  );
  refused(
    await tokenRequest(estate, { ...secret, client_secret: '', scope: armScope }),
    7000218,
    'invalid_client',
    401,
  );
  refused(
    await tokenRequest(estate, { ...secret, scope: 'https://nothing.example/.default' }),
    500011,
    'invalid_resource',
  );
  refused(
    await tokenRequest(estate, { ...secret, scope: `${origins.resourceManager}/user_impersonation` }),
    1002012,
    'invalid_scope',
  );
  refused(await tokenRequest(estate, { ...secret }), 900144, 'invalid_request');
  refused(
    await tokenRequest(estate, { ...secret, scope: `${armScope} ${origins.graph}/.default` }),
    28000,
    'invalid_request',
  );
  refused(
    await tokenRequest(estate, { ...secret, client_id: tenantId, scope: armScope }),
    700016,
    'unauthorized_client',
  );
  refused(await tokenRequest(estate, { ...person, client_secret: 'x' }), 700025, 'invalid_client', 401);
  refused(
    await tokenRequest(estate, { ...person, client_id: program.applicationId }),
    7000218,
    'invalid_client',
    401,
  );
  refused(await tokenRequest(estate, { ...person, username: `nobody@${domain}` }), 50126, 'invalid_grant');
  refused(
    await tokenRequest(estate, { grant_type: 'refresh_token', refresh_token: 'x' }),
    70000,
    'invalid_grant',
  );
  refused(
    await tokenRequest(estate, { grant_type: deviceGrant, device_code: 'x' }),
    70019,
    'bad_verification_code',
  );
  refused(
    await tokenRequest(estate, { grant_type: 'authorization_code', code: 'x' }),
    70000,
    'invalid_grant',
  );

  const explained = await estate.login('GET', '/error?code=50034');
  assert.match(explained.text, /AADSTS50034: The user account/);

  for (let i = 0; i < 10; i++)
    refused(await tokenRequest(estate, { ...person, password: 'wrong' }), 50126, 'invalid_grant');
  refused(await tokenRequest(estate, person), 50053, 'invalid_grant');
  clock.advance(60_000);
  assert.equal((await tokenRequest(estate, person)).status, 200);
});

test('a client may send its secret as Basic credentials, and a certificate instead of a secret', async () => {
  await using estate = await startEstate();
  const { identity, login, graph, tenantId } = estate;
  const program = await identity.directory.createServicePrincipal({ displayName: 'robot' });
  const basic = Buffer.from(`${program.applicationId}:${encodeURIComponent(program.secret)}`).toString(
    'base64',
  );
  const form = { grant_type: 'client_credentials', scope: armScope };
  const path = `/${tenantId}/oauth2/v2.0/token`;
  const answer = await login('POST', path, { form, headers: { authorization: `Basic ${basic}` } });
  assert.equal(answer.status, 200, answer.text);

  const { certificate, privateKey, thumbprint } = selfSigned(estate);
  const admin = await identity.tokens.issueFor(identity.directory.administrator().objectId, 'graph');
  const headers = { authorization: `Bearer ${admin.token}` };
  const patched = await graph('PATCH', `/v1.0/applications(appId='${program.applicationId}')`, {
    json: { keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', key: certificate }] },
    headers,
  });
  assert.equal(patched.status, 204, patched.text);
  const assertion = (audience: string) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', x5t: thumbprint })
      .setIssuer(program.applicationId)
      .setSubject(program.applicationId)
      .setAudience(audience)
      .setExpirationTime(new Date(estate.clock.now() + 60_000))
      .sign(privateKey);
  const signIn = async (audience: string) =>
    login('POST', path, {
      form: {
        ...form,
        client_id: program.applicationId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(audience),
      },
    });
  const signedIn = await signIn(`${origins.login}${path}`);
  assert.equal(signedIn.status, 200, signedIn.text);
  assert.equal(decodeToken(signedIn.body.access_token)['appidacr'], '2');
  refused(await signIn('https://elsewhere.example/token'), 700027, 'invalid_client', 401);
});

function selfSigned({ clock }: Estate) {
  const issued = createAuthority({ commonName: 'robot', clock, random: systemRandom });
  const { raw } = new X509Certificate(issued.certificatePem);
  return {
    certificate: raw.toString('base64'),
    privateKey: createPrivateKey(issued.privateKeyPem),
    // Padded, as MSAL for Python sends it.
    thumbprint: `${createHash('sha1').update(raw).digest('base64url')}=`,
  };
}

test('the older endpoint takes a resource and answers numbers as text', async () => {
  await using estate = await startEstate();
  const { administrator, password } = estate;
  const answer = await tokenRequest(
    estate,
    {
      grant_type: 'password',
      username: administrator,
      password,
      resource: 'https://management.core.windows.net/',
    },
    '/common/oauth2/token',
  );
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.expires_in, '3599');
  assert.equal(answer.body.resource, 'https://management.core.windows.net/');
  assert.equal(answer.body.scope, 'user_impersonation');
  assert.equal(decodeToken(answer.body.access_token)['aud'], 'https://management.core.windows.net/');
  assert.ok(answer.body.refresh_token && answer.body.id_token);
});

test('a refresh token buys tokens for other resources, rotates, and ends with the password', async () => {
  await using estate = await startEstate();
  const { identity, administrator, password, clock } = estate;
  const first = await tokenRequest(estate, {
    grant_type: 'password',
    username: administrator,
    password,
    scope: userScope,
  });
  clock.advance(1000);
  const refresh = (refresh_token: string, scope?: string) =>
    tokenRequest(estate, {
      grant_type: 'refresh_token',
      refresh_token,
      ...(scope === undefined ? {} : { scope }),
    });
  const graph = await refresh(
    first.body.refresh_token,
    `${origins.graph}//.default offline_access openid profile`,
  );
  assert.equal(graph.status, 200, graph.text);
  assert.equal(decodeToken(graph.body.access_token)['aud'], `${origins.graph}/`);
  assert.notEqual(graph.body.refresh_token, first.body.refresh_token);
  assert.ok(graph.body.id_token);
  const aks = await refresh(graph.body.refresh_token, `${firstPartyApplications.aksServer}/.default`);
  await identity.tokens.verify(aks.body.access_token, 'kubernetes');
  assert.equal(
    (await refresh(first.body.refresh_token)).status,
    200,
    'parallel clients share the old one for a day',
  );
  refused(
    await estate.login('POST', '/organizations/oauth2/v2.0/token', {
      form: {
        grant_type: 'refresh_token',
        client_id: firstPartyApplications.azurePowerShell,
        refresh_token: aks.body.refresh_token,
      },
    }),
    70000,
    'invalid_grant',
  );
  clock.advance(25 * 3_600_000);
  assert.equal(
    (await refresh(first.body.refresh_token)).body.error,
    'invalid_grant',
    'the old one has had its day',
  );
  assert.equal((await refresh(aks.body.refresh_token)).status, 200);
  const fresh = await identity.directory.resetPassword(identity.directory.administrator().objectId);
  refused(await refresh(aks.body.refresh_token), 50173, 'invalid_grant');
  refused(
    await tokenRequest(estate, {
      grant_type: 'password',
      username: administrator,
      password,
      scope: userScope,
    }),
    50126,
    'invalid_grant',
  );
  assert.equal(
    (
      await tokenRequest(estate, {
        grant_type: 'password',
        username: administrator,
        password: fresh,
        scope: userScope,
      })
    ).status,
    200,
  );
});

test('a device signs in after its user entered the code, and keeps the scope it asked for', async () => {
  await using estate = await startEstate();
  const { login, administrator, password, identity } = estate;
  const begun = await login('POST', '/organizations/oauth2/v2.0/devicecode', {
    form: { client_id: azureCli, scope: userScope },
  });
  assert.equal(begun.status, 200, begun.text);
  const { user_code, device_code, verification_uri, message } = begun.body;
  assert.equal(verification_uri, `${origins.login}/devicelogin`);
  assert.equal(
    message,
    `To sign in, use a web browser to open the page ${verification_uri} and enter the code ${user_code} to authenticate.`,
  );
  const poll = () =>
    tokenRequest(estate, { grant_type: deviceGrant, device_code, code: device_code, client_info: '1' });
  refused(await poll(), 70016, 'authorization_pending');

  const first = await login('GET', '/devicelogin');
  assert.match(first.text, /Enter the code/);
  const own = hiddenFields(first.text);
  const wrong = await login('POST', '/devicelogin', {
    form: { ...own, user_code: 'WRONGCODE', action: 'code' },
  });
  assert.match(wrong.text, /AADSTS70021/);
  const asked = await login('POST', '/devicelogin', {
    form: { ...own, user_code: user_code.toLowerCase(), action: 'code' },
  });
  assert.match(asked.text, /Microsoft Azure CLI/);
  const form = { ...hiddenFields(asked.text), action: 'password', username: administrator };
  assert.match(
    (await login('POST', '/devicelogin', { form: { ...form, password: 'no' } })).text,
    /AADSTS50126/,
  );
  refused(await poll(), 70016, 'authorization_pending');
  const done = await login('POST', '/devicelogin', { form: { ...form, password } });
  assert.match(done.text, /You have signed in to Microsoft Azure CLI/);
  const answer = await poll();
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.body.scope.split(' ').includes(armScope));
  assert.ok(answer.body.refresh_token && answer.body.id_token);
  await identity.tokens.verify(answer.body.access_token, 'resource-manager');
  refused(await poll(), 70019, 'bad_verification_code');
});

test('a device code expires, and a user may decline it', async () => {
  await using estate = await startEstate();
  const { login, clock } = estate;
  const begin = async () => {
    const { body } = await login('POST', '/adfs/oauth2/devicecode', {
      form: { client_id: azureCli, scope: userScope },
    });
    return {
      body,
      poll: () =>
        tokenRequest(
          estate,
          { grant_type: deviceGrant, device_code: body.device_code },
          '/adfs/oauth2/token',
        ),
    };
  };
  const declined = await begin();
  const own = hiddenFields((await login('GET', '/devicelogin')).text);
  await login('POST', '/devicelogin', {
    form: { ...own, user_code: declined.body.user_code, action: 'cancel' },
  });
  refused(await declined.poll(), 70018, 'authorization_declined');
  const expired = await begin();
  clock.advance(899_999);
  refused(await expired.poll(), 70016, 'authorization_pending');
  clock.advance(1);
  const late = await expired.poll();
  assert.ok(['expired_token', 'bad_verification_code'].includes(late.body.error), late.text);
});

test('a browser sign-in posts the code to the loopback address, and the id token echoes the nonce', async () => {
  await using estate = await startEstate();
  const { administrator, password, identity } = estate;
  const page = await authorizePage(estate);
  assert.match(page.text, /<strong>Microsoft Azure CLI<\/strong>/);
  assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/);
  const wrong = await submit(estate, page, {
    action: 'password',
    username: administrator,
    password: '"><script>',
  });
  assert.match(wrong.text, /AADSTS50126/);
  assert.ok(!wrong.text.includes('"><script>'));
  const done = await submit(estate, page, { action: 'password', username: administrator, password });
  assert.match(done.text, /<form method="post" action="http:\/\/localhost:41234\/">/);
  assert.match(done.text, /document\.forms\[0\]\.submit\(\)/);
  const { code = '', state } = hiddenFields(done.text);
  assert.equal(state, 'state & "more"');

  const redeem = (fields: Record<string, string> = {}) =>
    tokenRequest(estate, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      scope: userScope,
      client_info: '1',
      ...fields,
    });
  refused(await redeem({ code_verifier: 'another' }), 501481, 'invalid_grant');
  refused(await redeem({ redirect_uri: 'http://localhost:1/' }), 500112, 'invalid_grant');
  const answer = await redeem();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(decodeToken(answer.body.id_token)['nonce'], 'nonce-1');
  await identity.tokens.verify(answer.body.access_token, 'resource-manager');
  refused(await redeem(), 54005, 'invalid_grant');
});

test('a browser that is signed in goes on without a password unless the client asks for one', async () => {
  await using estate = await startEstate();
  const { administrator, password, login } = estate;
  const page = await authorizePage(estate, { query: { response_mode: 'query' } });
  const done = await submit(estate, page, { action: 'password', username: administrator, password });
  assert.equal(done.status, 303);
  const location = new URL(done.headers['location'] ?? '');
  assert.ok(location.searchParams.get('code'));
  assert.equal(location.searchParams.get('state'), 'state & "more"');
  assert.match(String(done.headers['set-cookie']), /; Secure; HttpOnly; SameSite=Lax/);
  const headers = { cookie: String(done.headers['set-cookie']).split(';')[0] ?? '' };

  const silent = await authorizePage(
    estate,
    { query: { response_mode: 'fragment', prompt: 'none' } },
    headers,
  );
  assert.match(silent.headers['location'] ?? '', /^http:\/\/localhost:41234\/#code=/);
  const chosen = await authorizePage(estate, { query: { prompt: 'select_account' } }, headers);
  assert.match(chosen.text, new RegExp(`Continue as ${administrator}`));
  assert.doesNotMatch(
    (await authorizePage(estate, { query: { prompt: 'login' } }, headers)).text,
    /Continue as/,
  );
  await login('GET', '/common/oauth2/v2.0/logout', { headers });
  const after = await authorizePage(estate, { query: { prompt: 'none', response_mode: 'query' } }, headers);
  const refusal = new URL(after.headers['location'] ?? '').searchParams;
  assert.equal(refusal.get('error'), 'login_required');
  assert.match(refusal.get('error_description') ?? '', /^AADSTS50058/);
});

test('a code goes only to addresses that belong to the client', async () => {
  await using estate = await startEstate();
  for (const redirect_uri of [
    'https://evil.example/',
    'http://localhost.evil.example/',
    'https://localhost/',
    'javascript:alert(1)',
    'nonsense',
  ]) {
    const page = await authorizePage(estate, { query: { redirect_uri } });
    assert.equal(page.status, 400, redirect_uri);
    assert.match(page.text, /AADSTS50011/);
  }
  const cancelled = await submit(estate, await authorizePage(estate), { action: 'cancel' });
  assert.equal(hiddenFields(cancelled.text)['error'], 'access_denied');
});

test('a user who must choose another password does so on the sign-in page', async () => {
  await using estate = await startEstate();
  const { identity, graph, domain } = estate;
  const admin = await identity.tokens.issueFor(identity.directory.administrator().objectId, 'graph');
  const username = `ann@${domain}`;
  const created = await graph('POST', '/v1.0/users', {
    json: {
      accountEnabled: true,
      displayName: 'Ann',
      mailNickname: 'ann',
      userPrincipalName: username,
      passwordProfile: { password: 'Correct-Horse-7', forceChangePasswordNextSignIn: true },
    },
    headers: { authorization: `Bearer ${admin.token}` },
  });
  assert.equal(created.status, 201, created.text);
  refused(
    await tokenRequest(estate, {
      grant_type: 'password',
      username,
      password: 'Correct-Horse-7',
      scope: userScope,
    }),
    50055,
    'invalid_grant',
  );
  const page = await authorizePage(estate);
  const fields = { action: 'password', username, password: 'Correct-Horse-7' };
  assert.match((await submit(estate, page, fields)).text, /Choose another password/);
  const weak = await submit(estate, page, {
    ...fields,
    new_password: 'simple',
    new_password_again: 'simple',
  });
  assert.match(weak.text, /complexity/);
  const done = await submit(estate, page, {
    ...fields,
    new_password: 'Better-Horse-8',
    new_password_again: 'Better-Horse-8',
  });
  assert.ok(hiddenFields(done.text)['code'], done.text);
  assert.equal(
    (
      await tokenRequest(estate, {
        grant_type: 'password',
        username,
        password: 'Better-Horse-8',
        scope: userScope,
      })
    ).status,
    200,
  );
});

test('an in-process sign-in gives what a client keeps in its profile', async () => {
  await using estate = await startEstate();
  const { identity } = estate;
  const answer = await identity.tokens.signIn({
    objectId: identity.directory.administrator().objectId,
    applicationId: azureCli,
  });
  const again = await tokenRequest(estate, {
    grant_type: 'refresh_token',
    refresh_token: answer.refresh_token ?? '',
    scope: userScope,
  });
  assert.equal(again.status, 200, again.text);
});

test('device codes are limited for each source, and expired ones make room', async () => {
  await using estate = await startEstate();
  const { login, clock } = estate;
  const begin = (source: string) =>
    login('POST', '/common/oauth2/v2.0/devicecode', {
      form: { client_id: azureCli, scope: userScope },
      source,
    });
  for (let i = 0; i < 500; i++) assert.equal((await begin(`2001:db8:0:1::${i}`)).status, 200);
  assert.equal((await begin('2001:db8:0:1::ffff')).body.error, 'temporarily_unavailable');
  assert.equal((await begin('192.0.2.7')).status, 200, 'another source goes on');
  clock.advance(900_000);
  assert.equal((await begin('2001:db8:0:1::1')).status, 200);
});

test('a form that another origin sends, or that has no token of the session, approves nothing', async () => {
  await using estate = await startEstate();
  const { login, administrator, password } = estate;
  const page = await authorizePage(estate, { query: { response_mode: 'query' } });
  const signedIn = await submit(estate, page, { action: 'password', username: administrator, password });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  const { body } = await login('POST', '/common/oauth2/v2.0/devicecode', {
    form: { client_id: azureCli, scope: userScope },
  });
  const { user_code, device_code } = body;
  const stranger = hiddenFields((await login('GET', '/devicelogin')).text);
  const own = hiddenFields((await login('GET', '/devicelogin', { headers: { cookie } })).text);
  const attempts = [
    { form: {}, headers: {} },
    { form: stranger, headers: {} },
    { form: own, headers: { origin: 'https://localhost:3000' } },
    { form: own, headers: { origin: 'null' } },
    { form: own, headers: { 'sec-fetch-site': 'same-site' } },
    { form: own, headers: { 'sec-fetch-site': 'cross-site' } },
  ];
  for (const { form, headers } of attempts) {
    const answer = await login('POST', '/devicelogin', {
      form: { ...form, user_code, action: 'continue' },
      headers: { cookie, ...headers },
    });
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, /not sent from the sign-in page/);
  }
  const poll = () => tokenRequest(estate, { grant_type: deviceGrant, device_code });
  refused(await poll(), 70016, 'authorization_pending');
  const done = await login('POST', '/devicelogin', {
    form: { ...own, user_code, action: 'continue' },
    headers: { cookie, origin: 'https://localhost:8443', 'sec-fetch-site': 'same-origin' },
  });
  assert.match(done.text, /You have signed in/);
  assert.equal((await poll()).status, 200);
});

test('wrong passwords are counted before they are judged, for each source', async () => {
  await using estate = await startEstate();
  const attempt = (text: string, source: string) =>
    estate.login('POST', '/organizations/oauth2/v2.0/token', {
      form: {
        client_id: azureCli,
        grant_type: 'password',
        username: estate.administrator,
        password: text,
        scope: userScope,
      },
      source,
    });
  const all = await Promise.all(Array.from({ length: 200 }, (_, i) => attempt(`guess ${i}`, '192.0.2.1')));
  const judged = all.filter(({ body }) => body.error_codes[0] === 50126);
  assert.equal(judged.length, 10);
  refused(await attempt(estate.password, '192.0.2.1'), 50053, 'invalid_grant');
  assert.equal((await attempt(estate.password, '192.0.2.2')).status, 200, 'the user is not locked out');
});

test('many right passwords at once are all right', async () => {
  await using estate = await startEstate();
  const all = await Promise.all(
    Array.from({ length: 50 }, () =>
      tokenRequest(estate, {
        grant_type: 'password',
        username: estate.administrator,
        password: estate.password,
        scope: userScope,
      }),
    ),
  );
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
});

test('a code that is redeemed twice at once answers once', async () => {
  await using estate = await startEstate();
  const { administrator, password } = estate;
  const page = await authorizePage(estate);
  const done = await submit(estate, page, { action: 'password', username: administrator, password });
  const { code = '' } = hiddenFields(done.text);
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
  const answers = await Promise.all([1, 2, 3].map(() => tokenRequest(estate, form)));
  assert.deepEqual(answers.map((one) => one.status).sort(), [200, 400, 400]);
});
