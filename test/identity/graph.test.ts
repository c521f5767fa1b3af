import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstPartyApplications } from '../../src/identity/index.ts';
import {
  type Answer,
  armScope,
  azureCli,
  clientOf,
  type Estate,
  openIdentity,
  origins,
  startEstate,
} from './support.ts';

interface GraphEstate extends Estate {
  readonly call: (method: string, path: string, json?: unknown) => Promise<Answer>;
}

/** Calls Graph as the administrator, or as someone else. */
async function startGraph(): Promise<GraphEstate> {
  const estate = await startEstate();
  return { ...estate, call: await callerOf(estate, estate.identity.directory.administrator().objectId) };
}

async function callerOf(estate: Estate, objectId: string) {
  const { token } = await estate.identity.tokens.issueFor(objectId, 'graph');
  return (method: string, path: string, json?: unknown) =>
    estate.graph(method, `/v1.0${path}`, {
      ...(json === undefined ? {} : { json }),
      headers: { authorization: `Bearer ${token}` },
    });
}

const filter = (text: string) => `$filter=${encodeURIComponent(text)}`;

async function createUser({ call, domain }: GraphEstate, name: string): Promise<string> {
  const answer = await call('POST', '/users', {
    accountEnabled: true,
    displayName: name,
    mailNickname: name,
    userPrincipalName: `${name}@${domain}`,
    passwordProfile: { password: 'Correct-Horse-7', forceChangePasswordNextSignIn: false },
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.id;
}

async function createGroup({ call }: GraphEstate, name: string): Promise<string> {
  const answer = await call('POST', '/groups', {
    displayName: name,
    mailNickname: name,
    mailEnabled: false,
    securityEnabled: true,
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.id;
}

const reference = (id: string) => ({ '@odata.id': `${origins.graph}/v1.0/directoryObjects/${id}` });

test('the signed-in user reads itself in the form that az prints', async () => {
  await using estate = await startGraph();
  const { call, administrator, identity } = estate;
  const { status, body } = await call('GET', '/me');
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), [
    '@odata.context',
    'businessPhones',
    'displayName',
    'givenName',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
    'id',
  ]);
  assert.equal(body['@odata.context'], `${origins.graph}/v1.0/$metadata#users/$entity`);
  assert.equal(body.userPrincipalName, administrator);
  assert.equal(body.id, identity.directory.administrator().objectId);
});

test('a request without token, with a token for something else, or for another version is refused in the envelope', async () => {
  await using estate = await startGraph();
  const { graph, identity, call } = estate;
  const missing = await graph('GET', '/v1.0/me');
  assert.equal(missing.status, 401);
  assert.equal(missing.body.error.code, 'InvalidAuthenticationToken');
  assert.equal(missing.body.error.message, 'Access token is empty.');
  assert.deepEqual(Object.keys(missing.body.error.innerError), ['date', 'request-id', 'client-request-id']);
  const arm = await identity.tokens.issueFor(identity.directory.administrator().objectId, 'resource-manager');
  const wrong = await graph('GET', '/v1.0/me', { headers: { authorization: `Bearer ${arm.token}` } });
  assert.equal(wrong.body.error.message, 'Access token validation failure. Invalid audience.');
  assert.equal((await call('GET', '/../beta/me')).status, 400);
  const unknown = await call('GET', '/deviceManagement/x');
  assert.equal(unknown.status, 400);
  assert.equal(unknown.body.error.message, "Resource not found for the segment 'deviceManagement'.");
});

test('users are created, read by id and name, changed and removed', async () => {
  await using estate = await startGraph();
  const { call, domain } = estate;
  const id = await createUser(estate, 'ann');
  assert.equal((await call('GET', `/users/ann@${domain}`)).body.id, id);
  assert.equal((await call('GET', `/users/ANN@${domain}`)).body.id, id);
  const found = await call('GET', `/users?${filter(`userPrincipalName eq 'ann@${domain}'`)}`);
  assert.deepEqual(
    found.body.value.map((user: { id: string }) => user.id),
    [id],
  );
  const changed = await call('PATCH', `/users/${id}`, {
    jobTitle: 'Captain',
    userPrincipalName: `anna@${domain}`,
  });
  assert.equal(changed.status, 204, changed.text);
  const read = await call('GET', `/users/anna@${domain}?$select=jobTitle,accountEnabled`);
  assert.deepEqual(read.body, {
    '@odata.context': `${origins.graph}/v1.0/$metadata#users(jobTitle,accountEnabled)/$entity`,
    jobTitle: 'Captain',
    accountEnabled: true,
  });
  assert.equal((await call('GET', `/users/ann@${domain}`)).status, 404);
  assert.equal((await call('DELETE', `/users/${id}`)).status, 204);
  const gone = await call('GET', `/users/${id}`);
  assert.equal(gone.status, 404);
  assert.equal(gone.body.error.code, 'Request_ResourceNotFound');
  assert.equal(
    gone.body.error.message,
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
});

test('a user with a taken name, a foreign domain, a weak password or an unknown property is refused', async () => {
  await using estate = await startGraph();
  const { call, domain } = estate;
  await createUser(estate, 'ann');
  const body = {
    accountEnabled: true,
    displayName: 'x',
    mailNickname: 'x',
    userPrincipalName: `bob@${domain}`,
    passwordProfile: { password: 'Correct-Horse-7' },
  };
  const refusal = async (change: object) => {
    const answer = await call('POST', '/users', { ...body, ...change });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.code, 'Request_BadRequest');
    return answer.body.error.message;
  };
  assert.match(
    await refusal({ userPrincipalName: `Ann@${domain}` }),
    /^Another object with the same value for property userPrincipalName already exists\.$/,
  );
  assert.match(
    await refusal({ userPrincipalName: 'bob@example.org' }),
    /^The domain portion of the userPrincipalName property is invalid/,
  );
  assert.match(
    await refusal({ passwordProfile: { password: 'simple' } }),
    /password complexity requirements/,
  );
  assert.match(await refusal({ shoeSize: 44 }), /^Invalid property 'shoeSize'\.$/);
  assert.match(
    await refusal({ displayName: undefined }),
    /^A value is required for property 'displayName' of resource 'User'\.$/,
  );
});

test('a name that several ask for at once in two processes goes to one, and to the next when it is free', async () => {
  await using estate = await startGraph();
  const second = openIdentity(estate.store, estate.clock);
  assert.equal(await second.initialize(), undefined, 'it finds the tenant of the first');
  const other = await callerOf(
    { ...estate, identity: second, graph: clientOf(second.graphHandler) },
    second.directory.administrator().objectId,
  );
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        (at % 2 === 0 ? estate.call : other)('POST', '/users', {
          accountEnabled: true,
          displayName: `Same ${at}`,
          mailNickname: 'same',
          userPrincipalName: `same@${estate.domain}`,
          passwordProfile: { password: 'Correct-Horse-7' },
        }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 400, 400, 400, 400, 400]);
    for (const { status, body } of answers) {
      if (status !== 400) continue;
      assert.equal(
        body.error.message,
        'Another object with the same value for property userPrincipalName already exists.',
      );
    }
    const made = answers.find(({ status }) => status === 201)?.body.id;
    assert.equal((await other('DELETE', `/users/${made}`)).status, 204);
  }
  await second.close();
});

test('group membership is direct and transitive, and changes act at once', async () => {
  await using estate = await startGraph();
  const { call, identity } = estate;
  const user = await createUser(estate, 'ann');
  const [inner, outer] = [await createGroup(estate, 'inner'), await createGroup(estate, 'outer')];
  assert.equal((await call('POST', `/groups/${inner}/members/$ref`, reference(user))).status, 204);
  assert.equal((await call('POST', `/groups/${outer}/members/$ref`, reference(inner))).status, 204);
  // A circle must not hang anything.
  assert.equal((await call('POST', `/groups/${inner}/members/$ref`, reference(outer))).status, 204);

  const again = await call('POST', `/groups/${inner}/members/$ref`, reference(user));
  assert.equal(again.status, 400);
  assert.equal(again.body.error.code, 'Request_BadRequest');
  assert.equal(
    again.body.error.message,
    "One or more added object references already exist for the following modified properties: 'members'.",
  );
  const members = await call('GET', `/groups/${inner}/members`);
  assert.deepEqual(
    members.body.value.map((one: Record<string, string>) => [one['@odata.type'], one['id']]).sort(),
    [
      ['#microsoft.graph.group', outer],
      ['#microsoft.graph.user', user],
    ].sort(),
  );
  const onlyUsers = await call('GET', `/groups/${inner}/members/microsoft.graph.user`);
  assert.deepEqual(
    onlyUsers.body.value.map((one: { id: string }) => one.id),
    [user],
  );

  const ids = (answer: Answer) => answer.body.value.map((one: { id: string }) => one.id).sort();
  assert.deepEqual(ids(await call('GET', `/users/${user}/memberOf`)), [inner]);
  assert.deepEqual(ids(await call('GET', `/users/${user}/transitiveMemberOf`)), [inner, outer].sort());
  assert.deepEqual(ids(await call('GET', `/groups/${outer}/transitiveMembers`)), [inner, user].sort());
  const check = await call('POST', `/directoryObjects/${user}/checkMemberGroups`, { groupIds: [outer] });
  assert.deepEqual(check.body.value, [outer]);
  const groups = await call('POST', `/users/${user}/getMemberGroups`, { securityEnabledOnly: true });
  assert.deepEqual(groups.body.value.sort(), [inner, outer].sort());
  assert.deepEqual([...(await identity.directory.groupsOf(user))].sort(), [inner, outer].sort());

  const told: Promise<readonly string[]>[] = [];
  const watch = identity.directory.watchGroups(() => told.push(identity.directory.groupsOf(user)));
  assert.equal((await call('DELETE', `/groups/${outer}/members/${inner}/$ref`)).status, 204);
  assert.deepEqual(await identity.directory.groupsOf(user), [inner]);
  assert.deepEqual(await told.at(-1), [inner]);
  assert.equal((await call('DELETE', `/groups/${inner}`)).status, 204);
  assert.deepEqual(await identity.directory.groupsOf(user), []);
  assert.deepEqual(await told.at(-1), []);
  watch.close();
  assert.equal(
    (await call('POST', `/groups/${outer}/members/$ref`, reference('00000000-0000-0000-0000-000000000000')))
      .status,
    404,
  );
});

test('az finds groups by name and mail nickname, exactly and by their beginning', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  const id = await createGroup(estate, "o'hara");
  await createGroup(estate, 'ohio');
  const names = async (text: string) =>
    (await call('GET', `/groups?${filter(text)}`)).body.value.map(
      (one: { displayName: string }) => one.displayName,
    );
  assert.deepEqual(await names("displayName eq 'o''hara' and mailNickname eq 'o''hara'"), ["o'hara"]);
  assert.deepEqual((await names("startswith(displayName,'O')")).sort(), ["o'hara", 'ohio']);
  assert.deepEqual(await names(`id in ('${id}', 'x') or displayName eq null`), ["o'hara"]);
  assert.deepEqual(await names("not startswith(displayName,'oh') and (securityEnabled eq true)"), ["o'hara"]);
  assert.deepEqual(await names('createdDateTime ge 2030-01-01T00:00:00Z'), []);
  const wrong = await call('GET', `/groups?${filter('colour eq 1')}`);
  assert.equal(wrong.body.error.code, 'Request_UnsupportedQuery');
  assert.equal((await call('GET', `/groups?${filter("displayName eq 'x")}`)).status, 400);
  assert.equal((await call('GET', `/groups?${filter('('.repeat(400))}`)).status, 400);
});

test('service principals of Microsoft that az looks up exist and cannot be changed', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  const byName = await call(
    'GET',
    `/servicePrincipals?${filter("displayName eq 'Azure Kubernetes Service - Fleet RP'")}`,
  );
  const bySpn = await call(
    'GET',
    `/servicePrincipals?${filter(`servicePrincipalNames/any(c:c eq '${firstPartyApplications.fleet}')`)}`,
  );
  assert.equal(bySpn.body.value.length, 1);
  assert.equal(bySpn.body.value[0].id, byName.body.value[0].id);
  assert.equal(bySpn.body.value[0].appId, firstPartyApplications.fleet);
  const { id } = bySpn.body.value[0];
  const byIds = await call('POST', '/directoryObjects/getByIds', {
    ids: [id, '00000000-0000-0000-0000-000000000000'],
    types: ['user', 'group', 'servicePrincipal', 'directoryObjectPartnerReference'],
  });
  assert.deepEqual(
    byIds.body.value.map((one: Record<string, unknown>) => [one['@odata.type'], one['id']]),
    [['#microsoft.graph.servicePrincipal', id]],
  );
  assert.equal((await call('DELETE', `/servicePrincipals/${id}`)).status, 403);
  for (const appId of Object.values(firstPartyApplications)) {
    assert.equal((await call('GET', `/servicePrincipals(appId='${appId}')`)).status, 200, appId);
  }
});

test('create-for-rbac works step by step, and the secret signs in', async () => {
  await using estate = await startGraph();
  const { call, login, tenantId } = estate;
  assert.deepEqual(
    (await call('GET', `/servicePrincipals?${filter("displayName eq 'robot'")}`)).body.value,
    [],
  );
  const application = await call('POST', '/applications', { displayName: 'robot', keyCredentials: [] });
  assert.equal(application.status, 201, application.text);
  assert.deepEqual(application.body.passwordCredentials, []);
  const { id, appId } = application.body;
  const password = await call('POST', `/applications/${id}/addPassword`, {
    passwordCredential: {
      displayName: 'rbac',
      startDateTime: '2026-01-01T00:00:00Z',
      endDateTime: '2027-01-01T00:00:00Z',
    },
  });
  assert.equal(password.status, 200, password.text);
  const secret = password.body.secretText;
  assert.equal(secret.length, 40);
  assert.equal(password.body.hint, secret.slice(0, 3));
  const principal = await call('POST', '/servicePrincipals', { appId, accountEnabled: true });
  assert.equal(principal.status, 201, principal.text);
  assert.deepEqual(principal.body.servicePrincipalNames, [appId]);
  const twice = await call('POST', '/servicePrincipals', { appId });
  assert.equal(twice.status, 409);
  assert.match(twice.body.error.message, /is already in use\.$/);

  const signIn = (text: string) =>
    login('POST', `/${tenantId}/oauth2/v2.0/token`, {
      form: {
        grant_type: 'client_credentials',
        client_id: appId,
        client_secret: text,
        scope: `${origins.graph}//.default`,
      },
    });
  const answer = await signIn(secret);
  assert.equal(answer.status, 200, answer.text);
  const other = await estate.graph('GET', '/v1.0/organization', {
    headers: { authorization: `Bearer ${answer.body.access_token}` },
  });
  assert.equal(other.body.value[0].id, tenantId);
  const me = await estate.graph('GET', '/v1.0/me', {
    headers: { authorization: `Bearer ${answer.body.access_token}` },
  });
  assert.equal(me.status, 400);

  const read = await call('GET', `/applications/${id}`);
  assert.equal(read.body.passwordCredentials[0].secretText, null);
  const { keyId } = read.body.passwordCredentials[0];
  assert.equal((await call('POST', `/applications/${id}/removePassword`, { keyId })).status, 204);
  assert.deepEqual((await signIn(secret)).body.error_codes, [7000215]);
  assert.equal((await call('DELETE', `/applications/${id}`)).status, 204);
  assert.equal(
    (await call('GET', `/servicePrincipals/${principal.body.id}`)).status,
    404,
    'goes with its application',
  );
  assert.deepEqual((await signIn(secret)).body.error_codes, [700016]);
});

test('every property of a user that can be written is kept, and refused when it is of another type', async () => {
  await using estate = await startGraph();
  const { call, domain } = estate;
  const made = await call('POST', '/users', {
    accountEnabled: true,
    displayName: 'Full',
    mailNickname: 'full',
    userPrincipalName: `full@${domain}`,
    passwordProfile: { password: 'Correct-horse-1' },
  });
  assert.equal(made.status, 201, made.text);
  const path = `/users/${made.body.id}`;
  const texts = [
    ...['givenName', 'jobTitle', 'mail', 'mobilePhone', 'officeLocation', 'preferredLanguage', 'surname'],
    ...[
      'ageGroup',
      'city',
      'companyName',
      'country',
      'department',
      'employeeId',
      'employeeType',
      'faxNumber',
    ],
    ...['onPremisesImmutableId', 'postalCode', 'state', 'streetAddress', 'usageLocation'],
  ];
  for (const name of texts) {
    const written = await call('PATCH', path, { [name]: `of ${name}` });
    assert.equal(written.status, 204, `${name}: ${written.text}`);
    for (const wrong of [7, true, ['x'], {}]) {
      const refused = await call('PATCH', path, { [name]: wrong });
      assert.equal(refused.status, 400, `${name} ${JSON.stringify(wrong)}`);
    }
  }
  for (const name of ['businessPhones', 'otherMails']) {
    assert.equal((await call('PATCH', path, { [name]: ['one', 'two'] })).status, 204, name);
    for (const wrong of ['one', 7, [7], {}])
      assert.equal(
        (await call('PATCH', path, { [name]: wrong })).status,
        400,
        `${name} ${JSON.stringify(wrong)}`,
      );
  }
  const { body } = await call('GET', `${path}?$select=${[...texts, 'businessPhones', 'otherMails'].join()}`);
  for (const name of texts) assert.equal(body[name], `of ${name}`, name);
  assert.deepEqual(
    [body.businessPhones, body.otherMails],
    [
      ['one', 'two'],
      ['one', 'two'],
    ],
  );
});

test('an application takes as many identifier URIs as Entra does, and is removed with all of them', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  const uris = (count: number) => Array.from({ length: count }, (_, i) => `api://many/${i}`);
  const made = await call('POST', '/applications', { displayName: 'many', identifierUris: uris(50) });
  assert.equal(made.status, 201, made.text);
  const path = `/applications/${made.body.id}`;
  const refused = await call('PATCH', path, { identifierUris: uris(51) });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /'identifierUris' takes 50 values at most/);
  assert.equal((await call('GET', path)).body.identifierUris.length, 50);
  const others = uris(50).map((uri) => `${uri}/other`);
  assert.equal((await call('PATCH', path, { identifierUris: others })).status, 204);
  assert.equal((await call('DELETE', path)).status, 204);
  const again = await call('POST', '/applications', { displayName: 'again', identifierUris: others });
  assert.equal(again.status, 201, again.text);
});

test('a nested structure of an application keeps what a change does not name', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  const { body } = await call('POST', '/applications', {
    displayName: 'web',
    web: { redirectUris: ['https://a.example/cb'] },
  });
  await call('PATCH', `/applications/${body.id}`, { web: { homePageUrl: 'https://a.example' } });
  const { web } = (await call('GET', `/applications/${body.id}`)).body;
  assert.deepEqual(web.redirectUris, ['https://a.example/cb']);
  assert.equal(web.homePageUrl, 'https://a.example');
  await call('PATCH', `/applications/${body.id}`, { displayName: 'renamed' });
  const renamed = (await call('GET', `/applications/${body.id}`)).body;
  assert.deepEqual([renamed.displayName, renamed.web.redirectUris], ['renamed', ['https://a.example/cb']]);
  await call('PATCH', `/applications/${body.id}`, { identifierUris: ['api://renamed'] });
  const both = (await call('GET', `/applications/${body.id}`)).body;
  assert.deepEqual([both.displayName, both.identifierUris], ['renamed', ['api://renamed']]);
});

test('people without the administrator role read, but write only what they own', async () => {
  await using estate = await startGraph();
  const { call, identity } = estate;
  const ann = await createUser(estate, 'ann');
  const bob = await createUser(estate, 'bob');
  const group = await createGroup(estate, 'ops');
  const asAnn = await callerOf(estate, ann);
  assert.equal((await asAnn('GET', '/users')).status, 200);
  const denied = await asAnn('POST', `/groups/${group}/members/$ref`, reference(bob));
  assert.equal(denied.status, 403);
  assert.equal(denied.body.error.code, 'Authorization_RequestDenied');
  assert.equal(denied.body.error.message, 'Insufficient privileges to complete the operation.');
  assert.equal((await asAnn('POST', '/groups', { displayName: 'x', mailNickname: 'x' })).status, 403);

  await call('POST', `/groups/${group}/owners/$ref`, reference(ann));
  assert.equal((await asAnn('POST', `/groups/${group}/members/$ref`, reference(bob))).status, 204);
  assert.deepEqual(
    (await asAnn('GET', '/me/ownedObjects')).body.value.map((one: { id: string }) => one.id),
    [group],
  );

  const admins = await createGroup(estate, 'admins');
  await identity.directory.setDirectoryAdministrator(admins, true);
  await identity.directory.addMember(admins, ann);
  assert.equal((await asAnn('POST', '/groups', { displayName: 'x', mailNickname: 'x' })).status, 201);
  await identity.directory.setDirectoryAdministrator(admins, false);
  assert.equal((await asAnn('POST', '/groups', { displayName: 'y', mailNickname: 'y' })).status, 403);
  assert.equal((await call('DELETE', `/users/${identity.directory.administrator().objectId}`)).status, 403);
});

test('lists come in pages that neither repeat nor skip', async () => {
  await using estate = await startGraph();
  const { call, graph } = estate;
  const ids = new Set<string>();
  for (let i = 0; i < 7; i++) ids.add(await createGroup(estate, `group-${i}`));
  const seen: string[] = [];
  let answer = await call('GET', '/groups?$top=3&$count=true&$select=id');
  assert.equal(answer.body['@odata.count'], 7);
  for (;;) {
    assert.ok(answer.body.value.length <= 3);
    seen.push(...answer.body.value.map((one: { id: string }) => one.id));
    const next: string | undefined = answer.body['@odata.nextLink'];
    if (next === undefined) break;
    assert.ok(next.startsWith(`${origins.graph}/v1.0/groups?`));
    answer = await call('GET', next.slice(`${origins.graph}/v1.0`.length));
  }
  assert.equal(seen.length, 7);
  assert.deepEqual(new Set(seen), ids);
  const sorted = await call('GET', `/groups?$orderby=${encodeURIComponent('displayName desc')}&$top=2`);
  assert.deepEqual(
    sorted.body.value.map((one: { displayName: string }) => one.displayName),
    ['group-6', 'group-5'],
  );
  const count = await call('GET', '/groups/$count');
  assert.equal(count.text, '7');
  assert.equal(
    (await call('GET', '/groups?$top=1000')).body.error.message,
    "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
  );
  assert.equal((await graph('GET', '/v1.0/groups')).status, 401);
});

test('a managed identity is made once per resource and goes with it', async () => {
  await using estate = await startGraph();
  const { call, identity } = estate;
  const resourceId =
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/robot';
  const made = await identity.directory.createManagedIdentity({ name: 'robot', resourceId });
  assert.deepEqual(
    await identity.directory.createManagedIdentity({ name: 'robot', resourceId: resourceId.toUpperCase() }),
    made,
  );
  assert.equal(await identity.directory.principalType(made.objectId), 'ServicePrincipal');
  const shown = (await call('GET', `/servicePrincipals/${made.objectId}`)).body;
  assert.equal(shown.servicePrincipalType, 'ManagedIdentity');
  assert.deepEqual(shown.alternativeNames, ['isExplicit=True', resourceId]);
  const { token } = await identity.tokens.issueFor(made.objectId, 'resource-manager');
  assert.equal((await identity.tokens.verify(token, 'resource-manager')).type, 'ManagedIdentity');
  await identity.directory.removePrincipal(made.objectId);
  await identity.directory.removePrincipal(made.objectId);
  assert.equal(await identity.directory.principalType(made.objectId), undefined);
  const anew = await identity.directory.createManagedIdentity({ name: 'robot', resourceId });
  assert.notEqual(anew.objectId, made.objectId);
});

test('a large group can be removed', async () => {
  await using estate = await startGraph();
  const { identity, store } = estate;
  const { directory } = identity;
  const group = await directory.createGroup({ displayName: 'many' });
  const members: string[] = [];
  for (let i = 0; i < 450; i++) {
    const made = await directory.createManagedIdentity({ name: `m${i}`, resourceId: `/r/${i}` });
    members.push(made.objectId);
    await directory.addMember(group.objectId, made.objectId);
  }
  await directory.removePrincipal(group.objectId);
  assert.deepEqual(await directory.groupsOf(members[0] ?? ''), []);
  assert.equal((await store.range({ prefix: '/identity/members/' })).entries.length, 0);
});

test('a batch answers each request as if it had come alone, with the rights of its one token', async () => {
  await using estate = await startGraph();
  const user = await createUser(estate, 'pat');
  const asPat = await callerOf(estate, user);
  const requests = [
    { id: '1', method: 'GET', url: '/me?$select=id' },
    {
      id: '2',
      method: 'POST',
      url: '/groups',
      body: { displayName: 'x' },
      headers: { 'Content-Type': 'application/json' },
    },
    { id: '3', method: 'GET', url: '/users', dependsOn: ['2'] },
    { id: '4', method: 'GET', url: 'users/nobody', headers: { Authorization: 'Bearer other' } },
    { id: '5', method: 'GET', url: '/users/$count', headers: { ConsistencyLevel: 'eventual' } },
    { id: '6', method: 'GET', url: "/users?$filter=displayName eq 'who?'&$select=id" },
  ];
  const { status, body } = await asPat('POST', '/$batch', { requests });
  assert.equal(status, 200);
  assert.deepEqual(
    body.responses.map((one: { id: string; status: number }) => [one.id, one.status]),
    [
      ['1', 200],
      ['2', 403],
      ['3', 424],
      ['4', 404],
      ['5', 200],
      ['6', 200],
    ],
  );
  assert.equal(body.responses[0].body.id, user);
  assert.equal(body.responses[1].body.error.code, 'Authorization_RequestDenied');
  for (const wrong of [
    {},
    { requests: [] },
    { requests: Array(21).fill(requests[0]) },
    { requests: [requests[0], requests[0]] },
    { requests: ['x'] },
  ]) {
    assert.equal((await asPat('POST', '/$batch', wrong)).status, 400, JSON.stringify(wrong).slice(0, 80));
  }
  assert.equal((await estate.graph('POST', '/v1.0/$batch', { json: { requests } })).status, 401);
});

test('a batch holds no batch, however its path is spelled', async () => {
  await using estate = await startGraph();
  const asPat = await callerOf(estate, await createUser(estate, 'pat'));
  const inner = { requests: [{ id: '1', method: 'GET', url: '/me' }] };
  for (const url of [
    '/$batch',
    '$batch',
    '//$batch',
    '/$batch/',
    '/%24batch',
    '/%24b%61tch',
    '/$batch?a=b',
  ]) {
    const requests = [{ id: '1', method: 'POST', url, body: inner }];
    const { status, body } = await asPat('POST', '/$batch', { requests });
    assert.deepEqual([status, body.responses[0].status], [200, 400], url);
    assert.equal(body.responses[0].body.responses, undefined, url);
  }
});

test('a stolen token does not find out the password: wrong ones are counted where it is changed', async () => {
  await using estate = await startGraph();
  const asPat = await callerOf(estate, await createUser(estate, 'pat'));
  const change = async (currentPassword: string) =>
    (await asPat('POST', '/me/changePassword', { currentPassword, newPassword: 'Another-one-1!' })).status;
  const wrong = await Promise.all(Array.from({ length: 14 }, (_, at) => change(`wrong ${at}`)));
  assert.equal(wrong.filter((status) => status === 400).length, 10);
  assert.equal(wrong.filter((status) => status === 429).length, 4);
  assert.equal(await change('Correct-Horse-7'), 429);
  estate.clock.advance(60_001);
  assert.equal(await change('Correct-Horse-7'), 204);
});

test('what Graph has and this server has not says so; what neither has is unknown', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  for (const path of [
    '/directoryRoles',
    '/applications/x/federatedIdentityCredentials',
    '/servicePrincipals/x/appRoleAssignments',
    '/users/delta()',
    '/me/manager',
  ]) {
    const reply = await call('GET', path);
    assert.deepEqual([reply.status, reply.body.error.code], [501, 'NotImplemented'], path);
    assert.match(reply.body.error.message, /of Microsoft Graph is not built in Drydock yet\.$/);
  }
  const unknown = await call('GET', '/usrs');
  assert.deepEqual(
    [unknown.status, unknown.body.error.message],
    [400, "Resource not found for the segment 'usrs'."],
  );
});

test('a failure inside tells nothing of its cause, neither in Graph nor at the sign-in', async () => {
  await using estate = await startGraph();
  const { call, login, store, tenantId, administrator, password } = estate;
  const healthy = store.commit;
  store.commit = async () => {
    throw new TypeError('secret of the inside');
  };
  const graph = await call('POST', '/groups', {
    displayName: 'g',
    mailNickname: 'g',
    mailEnabled: false,
    securityEnabled: true,
  });
  assert.deepEqual([graph.status, graph.body.error.code], [500, 'Service_InternalServerError']);
  const signIn = await login('POST', `/${tenantId}/oauth2/v2.0/token`, {
    form: {
      grant_type: 'password',
      client_id: azureCli,
      username: administrator,
      password,
      scope: `${armScope} offline_access`,
    },
  });
  store.commit = healthy;
  assert.deepEqual([signIn.status, signIn.body.error], [500, 'server_error'], signIn.text);
  assert.deepEqual(signIn.body.error_codes, [90099]);
  for (const { text } of [graph, signIn]) assert.doesNotMatch(text, /secret/);
});

test('a group whose owners or members cannot be had is not made', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  const ann = await createUser(estate, 'ann');
  const nobody = '00000000-0000-4000-8000-00000000dead';
  const group = (more: object) =>
    call('POST', '/groups', {
      displayName: 'dockers',
      mailNickname: 'dockers',
      mailEnabled: false,
      securityEnabled: true,
      ...more,
    });
  const to = (id: string) => reference(id)['@odata.id'];
  for (const member of ['owners@odata.bind', 'members@odata.bind']) {
    const refused = await group({ [member]: [to(ann), to(nobody)] });
    assert.ok(refused.status >= 400 && refused.status < 500, `${member}: ${refused.text}`);
    const { body } = await call('GET', '/groups');
    assert.deepEqual(body.value, [], member);
  }
  const made = await group({ 'owners@odata.bind': [to(ann)], 'members@odata.bind': [to(ann)] });
  assert.equal(made.status, 201, made.text);
  for (const list of ['owners', 'members']) {
    const { body } = await call('GET', `/groups/${made.body.id}/${list}`);
    assert.deepEqual(
      body.value.map(({ id }: { id: string }) => id),
      [ann],
      list,
    );
  }
});

test('groups, service principals and users are changed by whom it is given to, and read as they are then', async () => {
  await using estate = await startGraph();
  const { call, domain, identity } = estate;
  const [ann, bob] = [await createUser(estate, 'ann'), await createUser(estate, 'bob')];
  const group = await createGroup(estate, 'team');
  const asAnn = await callerOf(estate, ann);
  const changes = { displayName: 'crew', mailNickname: 'crew', description: 'who sails' };

  const denied = await asAnn('PATCH', `/groups/${group}`, changes);
  assert.deepEqual([denied.status, denied.body.error.code], [403, 'Authorization_RequestDenied']);
  assert.equal((await call('PATCH', `/groups/${group}`, changes)).status, 204);
  const members = [reference(bob)['@odata.id']];
  assert.equal((await call('PATCH', `/groups/${group}`, { 'members@odata.bind': members })).status, 204);
  const { displayName, mailNickname, description } = (await call('GET', `/groups/${group}`)).body;
  assert.deepEqual({ displayName, mailNickname, description }, changes);
  const inside = await call('GET', `/groups/${group}/members`);
  assert.deepEqual(
    inside.body.value.map(({ id }: { id: string }) => id),
    [bob],
  );
  // No group but a security group is built.
  for (const [change, status] of [
    [{ securityEnabled: false }, 501],
    [{ mailEnabled: true }, 501],
    [{ displayName: 1 }, 400],
  ] as const) {
    assert.equal((await call('PATCH', `/groups/${group}`, change)).status, status, JSON.stringify(change));
  }

  const app = await call('POST', '/applications', { displayName: 'app' });
  const made = await call('POST', '/servicePrincipals', { appId: app.body.appId });
  const principal = `/servicePrincipals/${made.body.id}`;
  assert.equal((await asAnn('PATCH', principal, { accountEnabled: false })).status, 403);
  assert.equal((await call('PATCH', principal, { accountEnabled: false, notes: 'n' })).status, 204);
  const changed = (await call('GET', principal)).body;
  assert.deepEqual([changed.accountEnabled, changed.displayName], [false, 'app']);
  const keyless = { keyCredentials: [{ keyId: group, usage: 'Verify' }] };
  const refused = await call('PATCH', principal, keyless);
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.message, /^Credential type not supported/);

  assert.equal((await asAnn('POST', `/users/${bob}/revokeSignInSessions`)).status, 403);
  const revoked = await call('POST', `/users/${bob}/revokeSignInSessions`);
  assert.deepEqual([revoked.status, revoked.body.value], [200, true]);
  assert.match(revoked.body['@odata.context'], /#Edm\.Boolean$/);
  assert.equal((await asAnn('PATCH', `/users/${bob}`, { displayName: 'x' })).status, 403);
  assert.equal(
    (await call('PATCH', `/users/${ann}`, { givenName: 'Ann', surname: 'A', mail: 'a@x.io' })).status,
    204,
  );
  const mine = await asAnn('GET', '/me');
  assert.deepEqual([mine.body.givenName, mine.body.surname, mine.body.mail], ['Ann', 'A', 'a@x.io']);

  assert.equal((await asAnn('DELETE', `/directoryObjects/${bob}`)).status, 403);
  assert.equal((await asAnn('DELETE', `/directoryObjects/${group}`)).status, 403);
  const object = await call('GET', `/directoryObjects/${bob}`);
  assert.deepEqual([object.status, object.body.id], [200, bob]);
  assert.equal(object.body['@odata.type'], '#microsoft.graph.user');
  for (const id of [bob, group, made.body.id]) {
    assert.equal((await call('DELETE', `/directoryObjects/${id}`)).status, 204);
    assert.equal((await call('GET', `/directoryObjects/${id}`)).status, 404);
  }
  assert.equal((await call('DELETE', `/users/${identity.directory.administrator().objectId}`)).status, 403);
  assert.equal((await call('GET', `/users/bob@${domain}`)).status, 404);
});

test('the tenant is one organization with one domain, and each is found by its own name', async () => {
  await using estate = await startGraph();
  const { call, domain } = estate;
  const { value } = (await call('GET', '/organization')).body;
  const [{ '@odata.type': _type, ...organization }] = value;
  assert.deepEqual(organization.verifiedDomains, [
    {
      capabilities: 'OfficeCommunicationsOnline',
      isDefault: true,
      isInitial: true,
      name: domain,
      type: 'Managed',
    },
  ]);
  assert.equal(organization.tenantType, 'AAD');
  const one = await call('GET', `/organization/${organization.id.toUpperCase()}`);
  assert.match(one.body['@odata.context'], /#organization\/\$entity$/);
  assert.equal(one.body.displayName, organization.displayName);
  const domains = (await call('GET', '/domains')).body.value;
  assert.deepEqual(domains, [
    {
      authenticationType: 'Managed',
      availabilityStatus: null,
      id: domain,
      isAdminManaged: true,
      isDefault: true,
      isInitial: true,
      isRoot: true,
      isVerified: true,
      passwordNotificationWindowInDays: null,
      passwordValidityPeriodInDays: null,
      state: null,
      supportedServices: [],
    },
  ]);
  const known = await call('GET', `/domains/${domain.toUpperCase()}`);
  assert.equal(known.body.id, domain);
  assert.match(known.body['@odata.context'], /#domains\/\$entity$/);
  for (const path of ['/organization/00000000-0000-0000-0000-000000000000', '/domains/other.local']) {
    assert.equal((await call('GET', path)).status, 404, path);
  }
});

test('every operation of Graph answers with its status and says what it answers', async () => {
  await using estate = await startGraph();
  const { call } = estate;
  const ann = await createUser(estate, 'ann');
  const group = await createGroup(estate, 'team');
  const app = (await call('POST', '/applications', { displayName: 'app' })).body;
  const principal = (await call('POST', '/servicePrincipals', { appId: app.appId })).body.id;
  const user = `/users/${ann}`;
  const team = `/groups/${group}`;
  const application = `/applications/${app.id}`;
  const service = `/servicePrincipals/${principal}`;
  const ids = { ids: [ann, group] };
  const byGroup = { groupIds: [group] };
  const password = { passwordCredential: { displayName: 'p' } };
  const rows: readonly [string, string, unknown, number, RegExp | undefined][] = [
    ['GET', '/users', undefined, 200, /#users$/],
    ['GET', user, undefined, 200, /#users\/\$entity$/],
    ['GET', '/groups', undefined, 200, /#groups$/],
    ['GET', team, undefined, 200, /#groups\/\$entity$/],
    ['POST', `${team}/members/$ref`, reference(ann), 204, undefined],
    ['GET', `${team}/members`, undefined, 200, /#directoryObjects$/],
    ['GET', `${team}/members/$ref`, undefined, 200, /#Collection\(\$ref\)$/],
    ['GET', `${team}/transitiveMembers`, undefined, 200, /#directoryObjects$/],
    ['GET', `${user}/memberOf`, undefined, 200, /#directoryObjects$/],
    ['GET', `${user}/transitiveMemberOf`, undefined, 200, /#directoryObjects$/],
    ['GET', `${user}/ownedObjects`, undefined, 200, /#directoryObjects$/],
    ['POST', `${user}/checkMemberGroups`, byGroup, 200, /#Collection\(Edm\.String\)$/],
    ['POST', `${user}/getMemberGroups`, { securityEnabledOnly: false }, 200, /#Collection\(Edm\.String\)$/],
    ['POST', `${user}/getMemberObjects`, { securityEnabledOnly: false }, 200, /#Collection\(Edm\.String\)$/],
    ['POST', '/directoryObjects/getByIds', ids, 200, /#directoryObjects$/],
    ['GET', `/directoryObjects/${ann}`, undefined, 200, /#directoryObjects\/\$entity$/],
    ['DELETE', `${team}/members/${ann}/$ref`, undefined, 204, undefined],
    ['GET', '/applications', undefined, 200, /#applications$/],
    ['GET', application, undefined, 200, /#applications\/\$entity$/],
    ['PATCH', application, { displayName: 'b' }, 204, undefined],
    ['GET', `${application}/owners`, undefined, 200, /#directoryObjects$/],
    ['POST', `${application}/owners/$ref`, reference(ann), 204, undefined],
    ['GET', `${application}/owners/$ref`, undefined, 200, /#Collection\(\$ref\)$/],
    ['DELETE', `${application}/owners/${ann}/$ref`, undefined, 204, undefined],
    ['POST', `${application}/addPassword`, password, 200, /#microsoft\.graph\.passwordCredential$/],
    ['GET', '/servicePrincipals', undefined, 200, /#servicePrincipals$/],
    ['GET', service, undefined, 200, /#servicePrincipals\/\$entity$/],
    ['POST', `${service}/addPassword`, password, 200, /#microsoft\.graph\.passwordCredential$/],
    ['GET', '/organization', undefined, 200, /#organization$/],
    ['GET', '/domains', undefined, 200, /#domains$/],
    ['DELETE', service, undefined, 204, undefined],
    ['DELETE', application, undefined, 204, undefined],
    ['DELETE', team, undefined, 204, undefined],
    ['DELETE', user, undefined, 204, undefined],
  ];
  for (const [method, path, body, status, context] of rows) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    if (context) assert.match(answer.body['@odata.context'], context, `${method} ${path}`);
    else assert.equal(answer.text, '', `${method} ${path}`);
  }
});
