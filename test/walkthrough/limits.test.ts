import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { drydock, TestEstate } from './estate.ts';

/** What a server takes of one caller, and how each of its services refuses what is too much. */
let estate: TestEstate;
let ca: Buffer;
let group: string;
let tokens: { readonly arm: string; readonly graph: string; readonly control: string };

before(async () => {
  estate = await TestEstate.start('--max-watches-per-user', '2', '--max-request-body-kib', '2048');
  ca = await readFile(String(estate.status['caFile']));
  group = (await estate.succeeds('az group create -n g -l eastus --query id -o tsv')).stdout.trim();
  const token = async (of: string) =>
    (await estate.succeeds(`az account get-access-token ${of} --query accessToken -o tsv`)).stdout.trim();
  const control = (await readFile(join(estate.home, 'control-token'), 'utf8')).trim();
  tokens = { arm: await token(''), graph: await token('--resource-type ms-graph'), control };
});

after(() => estate?.[Symbol.asyncDispose]());

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function open(url: string, { method = 'GET', body, headers = {} }: Asked): Promise<IncomingMessage> {
  const outgoing = request(url, { method, ca, headers: { 'content-type': 'application/json', ...headers } });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  return incoming;
}

async function ask(surface: 'arm' | 'graph' | 'control', path: string, asked: Asked) {
  const origin = String(estate.status[surface === 'graph' ? 'graph' : 'resourceManager']);
  const headers = { authorization: `Bearer ${tokens[surface]}`, ...asked.headers };
  const incoming = await open(`${origin}${encodeURI(path)}`, { ...asked, headers });
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return { status: incoming.statusCode ?? 0, text };
}

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('a body too deep or too large is refused in the form of the service asked', async () => {
  const network = `${group}/providers/Microsoft.Network/virtualNetworks/v1?api-version=2024-05-01`;
  const large = `{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`;
  for (const path of [`${group}?api-version=2021-04-01`, network])
    for (const [body, status, code] of [
      [`{"location":"eastus","properties":{"x":${deep(600)}}}`, 400, 'InvalidRequestContent'],
      ['['.repeat(100_000), 400, 'InvalidRequestContent'],
      [large, 413, 'RequestEntityTooLarge'],
    ] as const) {
      const answer = await ask('arm', path, { method: 'PUT', body });
      const { error } = JSON.parse(answer.text);
      assert.deepEqual([answer.status, error.code], [status, code]);
    }
  const application = { method: 'POST', body: `{"displayName":"x","web":${deep(600)}}` };
  const refused = await ask('graph', '/v1.0/applications', application);
  assert.deepEqual([refused.status, JSON.parse(refused.text).error.code], [400, 'BadRequest']);
  const graphLarge = await ask('graph', '/v1.0/groups', { method: 'POST', body: large });
  assert.deepEqual(
    [graphLarge.status, JSON.parse(graphLarge.text).error.code],
    [413, 'RequestEntityTooLarge'],
  );
  for (const [body, status] of [
    ['{', 400],
    [deep(2_000), 400],
    [large, 413],
  ] as const)
    assert.equal(
      (await ask('control', '/drydock/v1/subscriptions', { method: 'POST', body })).status,
      status,
    );
});

test('tags with the names of JavaScript are tags, in every write', async () => {
  const path = `${group}?api-version=2021-04-01`;
  const tags = '{"__proto__":"a","constructor":"b","toString":"c"}';
  const put = await ask('arm', path, { method: 'PUT', body: `{"location":"eastus","tags":${tags}}` });
  assert.match(put.text, /"tags":\{"__proto__":"a","constructor":"b","toString":"c"\}/);
  const patch = await ask('arm', path, { method: 'PATCH', body: '{"tags":{"__proto__":"x"}}' });
  assert.equal(patch.status, 200);
  assert.match((await ask('arm', path, {})).text, /"tags":\{"__proto__":"x"/);
});

const words = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];
const subscription = () => group.split('/').slice(0, 3).join('/');
const armPaths = () => [
  `${group}/providers/Microsoft.Network/virtualNetworks/v1/subnets/s1?api-version=2024-05-01`,
  `${group}/providers/Microsoft.ContainerService/managedClusters/c1/agentPools/p1?api-version=2025-05-01`,
  `${group}/providers/Microsoft.ContainerService/fleets/f1/members?api-version=2025-03-01&$filter=a eq 'b'&$top=1`,
  '/providers/Microsoft.Authorization/roleDefinitions/x?api-version=2022-04-01',
  '/metadata/endpoints?api-version=2022-09-01',
  `${subscription()}/tagNames/a/tagValues/b?api-version=2021-04-01`,
  `${subscription()}/providers/Microsoft.ContainerService/locations/eastus/kubernetesVersions?api-version=2025-05-01`,
  '/bastion/abc/api/tokens',
  '/organizations/oauth2/v2.0/token',
  '/devicelogin',
  '/arc/relay/x',
];
const graphPaths = [
  '/v1.0/groups/x/members/y',
  '/v1.0/users?$filter=a eq b&$select=id&$orderby=x&$search=z',
  '/v1.0/applications/x/addPassword',
  '/v1.0/me/memberOf/microsoft.graph.group',
];
const headerNames =
  'accept content-type accept-language accept-encoding user-agent if-match prefer cookie range origin'.split(
    ' ',
  );

test('names of JavaScript in any part of a request are names, and nothing else', async () => {
  const random = attackRandom('names');
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[random.integer(list.length)];
    if (chosen === undefined) throw new Error('an empty list');
    return chosen;
  };
  for (let i = 0; i < attackTries(250); i++) {
    const surface = pick(['arm', 'graph'] as const);
    const parts = pick(surface === 'arm' ? armPaths() : graphPaths).split(/(?<=[/?&=])|(?=[/?&=])/);
    const word = pick(words);
    const places = [...parts.keys()].filter((at) => !/^[/?&=]$/.test(parts[at] ?? ''));
    parts[pick(places)] = word;
    const method = pick(['GET', 'PUT', 'POST', 'PATCH', 'DELETE']);
    const inner = `{"${word}":"${word}","mode":"${word}","type":"${word}"}`;
    const body = `{"location":"eastus","displayName":"${word}","kind":"${word}","tags":{"${word}":"a"},"properties":${inner},"identity":{"type":"${word}","userAssignedIdentities":{"${word}":{}}},"sku":${inner}}`;
    const headers = random.integer(3) === 0 ? { [pick(headerNames)]: word } : {};
    const asked = method === 'GET' || method === 'DELETE' ? { method, headers } : { method, body, headers };
    const { status, text } = await ask(surface, parts.join(''), asked);
    assert.ok(status < 500 || status === 501, `${method} ${parts.join('')} ${status} ${text}`);
  }
});

test('one user has so many watches as the server was started with, of a real cluster', async () => {
  await estate.succeeds('az aks create -g g -n c1 --node-count 1 --no-ssh-key -o none');
  const config = join(estate.home, 'c1.config');
  await estate.succeeds(`az aks get-credentials -g g -n c1 --admin -f ${config} 2>/dev/null`);
  const shown = await estate.succeeds(`kubectl --kubeconfig ${config} config view --raw -o json`);
  const { clusters, users } = JSON.parse(shown.stdout);
  const { cluster } = clusters[0];
  const { user } = users[0];
  const decoded = (text: unknown) => (typeof text === 'string' ? Buffer.from(text, 'base64') : undefined);
  const watches: IncomingMessage[] = [];
  const watch = async () => {
    const outgoing = request(`${cluster.server}/api/v1/namespaces?watch=true`, {
      ca: decoded(cluster['certificate-authority-data']),
      servername: cluster['tls-server-name'],
      agent: false,
      cert: decoded(user['client-certificate-data']),
      key: decoded(user['client-key-data']),
      ...(user.token && { headers: { authorization: `Bearer ${user.token}` } }),
    });
    outgoing.end();
    const [incoming] = await once(outgoing, 'response');
    watches.push(incoming);
    return incoming;
  };
  // Each on a connection of its own; the first ones prove who asks.
  const first = await watch();
  assert.deepEqual([first.statusCode, (await watch()).statusCode], [200, 200]);
  const refused = await watch();
  let text = '';
  for await (const chunk of refused) text += String(chunk);
  assert.equal(refused.statusCode, 429, text);
  assert.ok(refused.headers['retry-after']);
  assert.deepEqual([JSON.parse(text).kind, JSON.parse(text).reason], ['Status', 'TooManyRequests']);
  first.destroy();
  for (let again = await watch(); again.statusCode !== 200; again = await watch()) again.resume();
  for (const each of watches) each.destroy();
});

test('limits are kept with the home, and nonsense is refused with what can be', async () => {
  const file = join(estate.home, 'settings.json');
  const settings: unknown = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(typeof settings === 'object' && settings !== null && 'limits' in settings);
  assert.deepEqual(settings.limits, { 'max-watches-per-user': 2, 'max-request-body-kib': 2048 });
  for (const [option, value, range] of [
    ['max-requests-inflight', '0', '1 to 100000'],
    ['max-mutating-requests-inflight', '1e3', '1 to 100000'],
    ['max-connections', '9', '10 to 1000000'],
    ['max-request-body-kib', 'many', '64 to 16384'],
    ['request-body-timeout-seconds', '', '1 to 3600'],
  ] as const) {
    const refused = await drydock('up', '--home', estate.home, `--${option}=${value}`);
    assert.equal(refused.code, 2);
    assert.equal(
      refused.stderr,
      `drydock up: --${option} takes a whole number from ${range}, not '${value}'.\n`,
    );
  }
  await drydock('down', '--home', estate.home);
  for (const [limits, problem] of [
    [{ 'max-wishes': 3 }, /a limit 'max-wishes'/],
    [
      { 'max-watches': -1 },
      /has -1 for the limit max-watches, which takes a whole number from 1 to 1000000\. Correct it/,
    ],
    ['all', /has limits that are no object/],
  ] as const) {
    await writeFile(file, JSON.stringify({ ...settings, limits }), { mode: 0o600 });
    const refused = await drydock('up', '--detach', '--home', estate.home);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, problem);
  }
});
