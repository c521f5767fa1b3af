import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstPartyApplications } from '../../src/identity/index.ts';
import { checkRedirect } from '../../src/identity/login/clients.ts';
import { tokenRequest } from './browser.ts';
import { azureCli, origins, startEstate } from './support.ts';

type Client = Parameters<typeof checkRedirect>[0];

function own(clientId: string): Client {
  const names = { clientId, displayName: 'x', proof: 'none' } as const;
  return { ...names, application: undefined, servicePrincipal: undefined };
}

function registered(properties: Record<string, readonly string[]>): Client {
  const sections = Object.entries(properties).map(([name, redirectUris]) => [name, { redirectUris }]);
  // Only where it may be answered is looked at.
  const application = { properties: Object.fromEntries(sections) } as NonNullable<Client['application']>;
  return { ...own('app'), application };
}

const refused = (client: Client, uri: string) =>
  assert.throws(() => checkRedirect(client, uri, origins), /AADSTS50011/, uri);
const taken = (client: Client, uri: string, spa = false) =>
  assert.deepEqual(checkRedirect(client, uri, origins), { spa }, uri);

test('an application is answered at exactly the addresses that it registered', () => {
  const client = registered({
    web: ['https://app.example/cb', 'https://app.example/cb?x=1', 'custom:/x'],
    publicClient: ['https://public.example/'],
    spa: ['https://page.example/'],
  });
  taken(client, 'https://app.example/cb');
  taken(client, 'https://app.example/cb?x=1');
  taken(client, 'custom:/x');
  taken(client, 'https://public.example/');
  taken(client, 'https://page.example/', true);
  for (const uri of [
    'https://app.example/cb/',
    'https://app.example/CB',
    'https://app.example:444/cb',
    'https://app.example/cb?x=2',
    'http://app.example/cb',
    'https://app.example.evil/cb',
    'http://localhost/',
    'not an address',
    '',
  ])
    refused(client, uri);
  refused(registered({}), 'https://app.example/cb');
});

test('of a loopback address only the port may differ', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    const client = registered({
      publicClient: [`http://${host}/cb?a=b`],
      web: ['nonsense', 'http://h.example/'],
    });
    taken(client, `http://${host}:41234/cb?a=b`);
    taken(client, `http://${host}/cb?a=b`);
    refused(client, `https://${host}:41234/cb?a=b`);
    refused(client, `http://${host}:41234/cb`);
    refused(client, `http://${host}:41234/other?a=b`);
    refused(client, `http://${host === 'localhost' ? '127.0.0.1' : 'localhost'}:41234/cb?a=b`);
    refused(client, 'http://h.example:41234/');
    refused(client, 'nonsense2');
  }
});

test('the programs of Azure are answered on this machine, and where this server itself says so', () => {
  const cli = own(azureCli);
  for (const uri of ['http://localhost:8400', 'http://127.0.0.1:1/x', 'http://[::1]:9/']) taken(cli, uri);
  for (const origin of [origins.login, origins.resourceManager]) {
    taken(cli, `${origin}/common/oauth2/nativeclient`);
    refused(cli, `${origin}/anything`);
    taken(own(firstPartyApplications.azurePortal), `${origin}/anything`, true);
  }
  refused(cli, 'https://localhost:8400');
  refused(cli, 'http://example.com/');
  refused(cli, 'https://elsewhere.example/common/oauth2/nativeclient');
  refused(own(firstPartyApplications.azurePortal), 'https://elsewhere.example/');
});

test('who signed in may ask Graph who that is, as OpenID Connect has it', async () => {
  await using estate = await startEstate();
  const { administrator, password, login, graph } = estate;
  const form = {
    grant_type: 'password',
    username: administrator,
    password,
    scope: `${origins.graph}//.default openid`,
  };
  const token = (await tokenRequest(estate, form)).body.access_token;
  const headers = { authorization: `Bearer ${token}` };
  const me = (await graph('GET', '/v1.0/me', { headers })).body;
  const told = await graph('GET', '/oidc/userinfo', { headers });
  assert.equal(told.status, 200, told.text);
  const bare = { sub: me.id, name: me.displayName };
  assert.deepEqual({ sub: told.body.sub, name: told.body.name }, bare);
  const body = { givenName: 'Ada', surname: 'Lovelace', mail: 'ada@example.com' };
  const changed = await graph('PATCH', `/v1.0/users/${me.id}`, { headers, json: body });
  assert.equal(changed.status, 204, changed.text);
  assert.deepEqual((await graph('GET', '/oidc/userinfo', { headers })).body, {
    ...bare,
    given_name: 'Ada',
    family_name: 'Lovelace',
    email: 'ada@example.com',
  });
  const options = await login('OPTIONS', '/common/oauth2/v2.0/token');
  assert.deepEqual([options.status, options.headers['allow']], [204, 'POST']);
  const wrong = await login('DELETE', '/common/oauth2/v2.0/token');
  assert.equal(wrong.status, 405);
});
