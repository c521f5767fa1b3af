import assert from 'node:assert/strict';
import { textOf } from '../../../src/apimachinery/metadata.ts';
import { isObject, type Json, type JsonObject, type Logger } from '../../../src/base/index.ts';
import type { Handler } from '../../../src/http/contract.ts';
import { encodeProtobuf } from '../../../src/kinds/protobuf/index.ts';
import { conversations } from '../../apiserver/conversations/index.ts';
import { specimens } from '../../apiserver/every-kind.ts';
import { startTestServer, type TestServer } from '../../apiserver/harness.ts';
import type { Estate } from '../../arm/estate.ts';
import { people } from '../../arm/estate.ts';
import { type Estate as Directory, startEstate } from '../../identity/support.ts';
import { everyType } from '../../providers/every-type.ts';
import { networkSubjects } from '../../providers/round-trip/network.ts';
import { containerServiceSubjects, otherSubjects } from '../../providers/round-trip/others.ts';
import { plainRequest } from '../../support/request.ts';
import { jsonForm } from '../inputs/json.ts';
import type { Target } from '../target.ts';

/** Keeps what the server called an error of its own. */
export class Errors implements Logger {
  last: unknown;
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(message: string, fields: unknown): void {
    this.last = { message, fields };
  }
  with(): Logger {
    return this;
  }
}

export interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const plainHeader = /[^\t\x20-\x7e\x80-\xff]/g;

/** An input as a request that HTTP could carry; undefined for what is none. */
export function sentBy(input: Json): Sent | undefined {
  if (!isObject(input)) return undefined;
  const { method, path, type, accept, body, base64 } = input;
  if (typeof path !== 'string' || typeof method !== 'string' || !/^[A-Z]{1,10}$/.test(method))
    return undefined;
  const target = `/${path}`
    .replace(/^\/+/, '/')
    .toWellFormed()
    .replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const bytes = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(text);
  const headers: Record<string, string> = { 'content-length': String(bytes.length) };
  if (typeof type === 'string') headers['content-type'] = type.replace(plainHeader, '');
  if (typeof accept === 'string') headers['accept'] = accept.replace(plainHeader, '');
  return { method, target, headers, body: bytes };
}

/** The status of the answer, and its text; of one that goes on its beginning. */
export async function answered(handler: Handler, sent: Sent): Promise<{ status: number; text: string }> {
  const { method, target, headers, body } = sent;
  const leaving = new AbortController();
  const request = { ...plainRequest({ method, target, headers, body }), signal: leaving.signal };
  try {
    const { status, body: answer } = await handler(request);
    if (answer === undefined || 'start' in answer) return { status, text: '' };
    const bytes = answer instanceof Uint8Array ? answer : Buffer.concat([...answer]);
    return { status, text: Buffer.from(bytes).toString() };
  } finally {
    leaving.abort();
  }
}

function headersOf(authorization: string) {
  return (sent: Sent): Sent => ({ ...sent, headers: { ...sent.headers, authorization } });
}

/** Bodies that are nested so deeply that no walk over them has a stack, with a number that sends readers another way. */
const deepBodies: readonly string[] = [600, 3_000, 200_000].flatMap((levels) => [
  `${'{"a":'.repeat(levels)}12345678901234567890${'}'.repeat(levels)}`,
  `${'['.repeat(levels)}${']'.repeat(levels)}`,
  `{"metadata":{"name":"deep"},"data":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
]);

/** What is asked, once with each of the deep bodies besides. */
function withDeepBodies(requests: readonly JsonObject[]): JsonObject[] {
  const first = requests.find(({ method }) => method === 'POST' || method === 'PUT');
  return [...requests, ...deepBodies.map((body) => ({ ...first, body }))];
}

/** A server that is started when it is first asked. */
export function lazily<T>(start: () => Promise<T>): { get(): Promise<T>; taken(): Promise<T> | undefined } {
  let started: Promise<T> | undefined;
  return { get: () => (started ??= start()), taken: () => started };
}

const errors = new Errors();
const cluster = lazily<TestServer>(() => startTestServer({ log: errors, serviceCidr: '10.0.0.0/24' }));

export function asked(): JsonObject[] {
  const all = Object.values(conversations).flatMap((held) => held.flatMap(({ asks }) => asks));
  return all.map(({ method, path, body, type, accept }) => {
    const input = {
      method,
      path,
      ...(body !== undefined && { body }),
      ...(type && { type }),
      ...(accept && { accept }),
    };
    // Conversations hold JSON; each has a namespace of its own there, and all share one here.
    return JSON.parse(JSON.stringify(input).replaceAll('{ns}', 'default')) as JsonObject;
  });
}

/** Objects of every kind as protobuf, asked for as protobuf. */
function inProtobuf(): JsonObject[] {
  const type = 'application/vnd.kubernetes.protobuf';
  return specimens.flatMap(({ object, resource, namespaced }) => {
    const [group, version = ''] = textOf(object['apiVersion']).split('/');
    const bytes = encodeProtobuf(object);
    if (!bytes) return [];
    const root = version === '' ? `api/${group}` : `apis/${group}/${version}`;
    const path = `${root}/${namespaced ? 'namespaces/default/' : ''}${resource}`;
    return [{ method: 'POST', path, type, accept: type, base64: Buffer.from(bytes).toString('base64') }];
  });
}

/** Whole requests to a cluster: the server never ends in an error of its own, and goes on answering. */
export const clusterRequests: Target<Json> = {
  name: 'cluster-requests',
  form: jsonForm,
  uncounted: true,
  corpus: () => [...withDeepBodies(asked()), ...inProtobuf()],
  async run(input) {
    const sent = sentBy(input);
    if (!sent) return;
    const { server } = await cluster.get();
    const asAdministrator = headersOf('Bearer admin-token');
    const { status, text } = await answered(server.handler, asAdministrator(sent));
    assert.ok(status >= 200 && status < 600);
    assert.ok(
      !text.includes('unexpected failure, see the server log'),
      `${text.slice(0, 300)} ${JSON.stringify(errors.last)}`,
    );
    const next = await answered(
      server.handler,
      asAdministrator({
        method: 'GET',
        target: '/api/v1/namespaces/default',
        headers: {},
        body: new Uint8Array(),
      }),
    );
    assert.equal(next.status, 200, 'the next request is answered');
  },
  close: async () => (await cluster.taken())?.close(),
};

const group = 'subscriptions/{sub}/resourceGroups/g';
const subjects = [
  ...networkSubjects(`/${group}`),
  ...containerServiceSubjects(`/${group}`),
  ...otherSubjects(`/${group}`),
];

/** Each type that there is, made, changed, listed, asked for more than there is, and deleted. */
function armAsked(): JsonObject[] {
  return subjects.flatMap(({ path, apiVersion, least }) => {
    const resource = `${group}/providers/${path(1)}`;
    const query = `?api-version=${apiVersion}`;
    const parent = resource.slice(0, resource.lastIndexOf('/'));
    const type = 'application/json';
    return [
      { method: 'PUT', path: `${resource}${query}`, body: least, type },
      { method: 'PATCH', path: `${resource}${query}`, body: { tags: { x: 'y' } }, type },
      { method: 'GET', path: `${resource}${query}` },
      { method: 'GET', path: `${parent}${query}&$filter=name eq 'x'&$top=2` },
      { method: 'POST', path: `${resource}/listKeys${query}`, body: {}, type },
      { method: 'DELETE', path: `${resource}${query}` },
    ];
  });
}

const manager = lazily(async (): Promise<Estate> => {
  const { estate } = await everyType();
  await estate.group('g');
  return estate;
});

/** No loop runs here: a group whose deletion began would refuse all that comes. */
function deletesGroup({ method, target }: Sent): boolean {
  return method === 'DELETE' && !/\/providers\//i.test(target);
}

/** Whole requests to Resource Manager. */
export const armRequests: Target<Json> = {
  name: 'arm-requests',
  form: jsonForm,
  uncounted: true,
  corpus: () => withDeepBodies(armAsked()),
  async run(input) {
    const sent = sentBy(input);
    if (!sent || deletesGroup(sent)) return;
    const estate = await manager.get();
    const asAdministrator = headersOf(`Bearer ${people.admin.name}`);
    const target = sent.target
      .replaceAll('%7Bsub%7D', estate.subscription.slice('/subscriptions/'.length))
      .replaceAll('{sub}', estate.subscription.slice('/subscriptions/'.length));
    const { status, text } = await answered(estate.manager.handler, asAdministrator({ ...sent, target }));
    assert.ok(status >= 200 && status < 600);
    assert.ok(!text.includes('"InternalServerError"'), text.slice(0, 300));
    const next = {
      method: 'GET',
      target: `${estate.subscription}?api-version=2022-12-01`,
      headers: {},
      body: new Uint8Array(),
    };
    assert.equal((await answered(estate.manager.handler, asAdministrator(next))).status, 200);
  },
  close: async () => (await manager.taken())?.close(),
};

const directory = lazily<{ estate: Directory; token: string }>(async () => {
  const estate = await startEstate();
  const form = {
    grant_type: 'password',
    client_id: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
    username: estate.administrator,
    password: estate.password,
    scope: 'https://graph.localhost:8443/.default openid',
  };
  const { body } = await estate.login('POST', '/organizations/oauth2/v2.0/token', { form });
  return { estate, token: body.access_token };
});

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const directoryAsked: readonly JsonObject[] = [
  {
    method: 'POST',
    path: 'v1.0/users',
    type: json,
    body: {
      displayName: 'x',
      userPrincipalName: 'x@drydock.local',
      mailNickname: 'x',
      accountEnabled: true,
      passwordProfile: { password: 'Aa1!aaaaaaaa' },
    },
  },
  {
    method: 'POST',
    path: 'v1.0/groups',
    type: json,
    body: { displayName: 'g', mailNickname: 'g', mailEnabled: false, securityEnabled: true },
  },
  {
    method: 'POST',
    path: 'v1.0/applications',
    type: json,
    body: {
      displayName: 'a',
      web: { redirectUris: ['https://a'] },
      keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', key: 'MIIB' }],
    },
  },
  {
    method: 'POST',
    path: 'v1.0/$batch',
    type: json,
    body: {
      requests: [
        { id: '1', method: 'GET', url: '/users' },
        { id: '2', method: 'POST', url: '/groups', body: {}, headers: { 'content-type': json } },
      ],
    },
  },
  {
    method: 'GET',
    path: 'v1.0/users?$filter=startswith(displayName,\'a\')&$select=id,displayName&$top=3&$orderby=displayName&$count=true&$search="displayName:x"',
  },
  { method: 'PATCH', path: 'v1.0/me', type: json, body: { displayName: 'y' } },
  {
    method: 'POST',
    path: 'v1.0/directoryObjects/getByIds',
    type: json,
    body: { ids: ['x'], types: ['user'] },
  },
  { method: 'GET', path: 'v1.0/me/memberOf/microsoft.graph.group?$top=1' },
];
const loginAsked: readonly JsonObject[] = [
  {
    method: 'POST',
    path: 'organizations/oauth2/v2.0/token',
    type: form,
    body: 'grant_type=client_credentials&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&client_secret=x&scope=https%3A%2F%2Fa%2F.default',
  },
  {
    method: 'POST',
    path: 'adfs/oauth2/token',
    type: form,
    body: 'grant_type=password&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&username=a&password=b&resource=c',
  },
  {
    method: 'POST',
    path: 'common/oauth2/v2.0/token',
    type: form,
    body: 'grant_type=client_credentials&client_id=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=a.b.c',
  },
  {
    method: 'POST',
    path: 'common/oauth2/v2.0/token',
    type: form,
    body: 'grant_type=authorization_code&client_id=x&code=y&code_verifier=z&redirect_uri=http%3A%2F%2Flocalhost',
  },
  {
    method: 'POST',
    path: 'common/oauth2/v2.0/devicecode',
    type: form,
    body: 'client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&scope=openid',
  },
  {
    method: 'GET',
    path: 'common/oauth2/v2.0/authorize?client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A1&scope=openid&state=x&code_challenge=y&code_challenge_method=S256&response_mode=form_post&claims=%7B%7D',
  },
  { method: 'GET', path: 'common/v2.0/.well-known/openid-configuration' },
  { method: 'GET', path: 'common/userrealm/a@b?api-version=1.0' },
  {
    method: 'GET',
    path: 'common/discovery/instance?authorization_endpoint=https%3A%2F%2Fa%2Fcommon&api-version=1.1',
  },
  { method: 'POST', path: 'devicelogin', type: form, body: 'user_code=ABCD&form_token=x' },
];

/** Whole requests to the directory and to the sign-in. */
export const directoryRequests: Target<Json> = {
  name: 'directory-requests',
  form: jsonForm,
  uncounted: true,
  corpus: () => [...withDeepBodies(directoryAsked), ...loginAsked],
  async run(input) {
    const sent = sentBy(input);
    if (!sent) return;
    const { estate, token } = await directory.get();
    for (const handler of [estate.identity.graphHandler, estate.identity.loginHandler]) {
      const { status, text } = await answered(handler, headersOf(`Bearer ${token}`)(sent));
      assert.ok(status >= 200 && status < 600 && status !== 500, `${status} ${text.slice(0, 300)}`);
    }
    const next = { method: 'GET', target: '/v1.0/users?$top=1', headers: {}, body: new Uint8Array() };
    const { status } = await answered(estate.identity.graphHandler, headersOf(`Bearer ${token}`)(next));
    assert.equal(status, 200);
  },
  close: async () => (await directory.taken())?.estate[Symbol.asyncDispose](),
};
