import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { packageFolder } from '../../src/cli/program/package.ts';
import { createAuthority } from '../../src/http/index.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { freePort, runProgram, TestEstate } from '../walkthrough/estate.ts';

/**
 * What the connectedk8s extension does between its start and its last line, call by call, with the program that it
 * finds where it would put its own.
 */
const launcher = join(packageFolder, 'bin', 'drydock');
const serverId = '6256c85f-0aad-4d50-b960-e6e9b21efe35';
let estate: TestEstate;
let clusterId: string;
let robot: { appId: string; password: string; tenant: string };

before(async () => {
  estate = await TestEstate.start();
  const made = await estate.succeeds(`
    az group create -n rg -l eastus >/dev/null
    drydock infra create -g rg >/dev/null
    export HOME=$(mktemp -d)
    az aksarc create -n edge -g rg --custom-location $(az customlocation show -n local-cl -g rg --query id -o tsv) --vnet-ids $(az stack-hci-vm network lnet show -n local-lnet -g rg --query id -o tsv) --aad-admin-group-object-ids $(az ad group create --display-name admins --mail-nickname admins --query id -o tsv) --generate-ssh-keys >/dev/null
    az ad group member add --group admins --member-id $(az ad signed-in-user show --query id -o tsv)
    az ad sp create-for-rbac -n robot --role Owner --scopes $(az group show -n rg --query id -o tsv) -o json 2>/dev/null | tr -d '\\n'; echo
    az connectedk8s show -n edge -g rg --query id -o tsv`);
  const [sp = '', id = ''] = made.stdout.trim().split('\n');
  robot = JSON.parse(sp);
  clusterId = id;
});
after(() => estate?.[Symbol.asyncDispose]());

interface Told {
  readonly status: number;
  readonly text: string;
}

async function call(
  method: string,
  url: string,
  sent: { readonly json?: unknown; readonly text?: string; readonly headers?: Record<string, string> } = {},
): Promise<Told> {
  const body = sent.json === undefined ? (sent.text ?? '') : JSON.stringify(sent.json);
  const headers = {
    // A GET with a body has its length too.
    'content-length': Buffer.byteLength(body),
    ...(sent.json !== undefined && { 'content-type': 'application/json' }),
    ...sent.headers,
  };
  // As the extension does: it takes the certificate of its own program unseen.
  const outgoing = url.startsWith('https:')
    ? secure(url, { method, headers, rejectUnauthorized: false })
    : plain(url, { method, headers });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return { status: incoming.statusCode, text };
}

/** Where `env --az system` has put the program, on a PATH with an az. */
async function placed(environment: Record<string, string> = {}): Promise<string> {
  const folder = temporaryFolder('az');
  writeFileSync(join(folder, 'az'), '#!/bin/sh\nexit 0\n');
  chmodSync(join(folder, 'az'), 0o700);
  const PATH = `${folder}:${process.env['PATH']}`;
  const words = ['env', '--home', estate.home, '--az', 'system'];
  const { code, stderr } = await runProgram(launcher, words, { PATH, ...environment });
  assert.equal(code, 0, stderr);
  return join(estate.home, 'cli', 'person', '.clientproxy');
}

const processor = process.arch === 'x64' ? 'amd64' : process.arch;
const programName = (version: string) => `arcProxy_${process.platform}_${processor}_${version}`;

interface Started extends AsyncDisposable {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** What it printed, once it has ended. */
  readonly ended: Promise<string>;
}

async function started(config: { readonly resourceManager?: string } = {}): Promise<Started> {
  const program = join(await placed(), programName('1_3_032281'));
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const file = join(temporaryFolder('config'), 'config.yml');
  writeFileSync(
    file,
    `cloud: DRYDOCK
cloudConfig:
  activeDirectoryEndpoint: ${estate.status['login']}/adfs
  resourceManagerEndpoint: ${config.resourceManager ?? `${estate.status['resourceManager']}/`}
  serviceBusEndpointSuffix: servicebus.drydock.localhost
identity: {clientID: ${robot.appId}, tenantID: ${robot.tenant}}
server: {httpPort: ${httpPort}, httpsPort: ${httpsPort}}
`,
  );
  const child = held(spawn(program, ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] }));
  let printed = '';
  const said = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      if (printed.includes('Clusters are registered at')) said.resolve();
    });
  const ended = new Promise<string>((done) => child.once('close', () => done(printed)));
  await Promise.race([said.promise, ended]);
  return {
    httpPort,
    httpsPort,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function popToken(kid: string): Promise<string> {
  const confirmation = Buffer.from(JSON.stringify({ kid, xms_ksl: 'sw' })).toString('base64url');
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: robot.appId,
    client_secret: robot.password,
    scope: `${serverId}/.default`,
    token_type: 'pop',
    key_id: kid,
    req_cnf: confirmation,
  });
  const url = `${estate.status['login']}/${robot.tenant}/oauth2/v2.0/token`;
  const told = await call('POST', url, {
    text: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(told.status, 200, told.text);
  return JSON.parse(told.text).access_token;
}

async function listed(): Promise<{ kubeconfigs: { value: string }[]; hybridConnectionConfig: object }> {
  const path = `${clusterId}/listClusterUserCredential?api-version=2025-08-01-preview`;
  const { status, text } = await estate.request(
    'POST',
    path,
    JSON.stringify({ authenticationMethod: 'AAD', clientProxy: true }),
  );
  assert.equal(status, 200, text);
  return JSON.parse(text);
}

const registerUrl = ({ httpPort }: Started) =>
  `http://localhost:${httpPort}${clusterId}/register?api-version=2020-10-01`;

test('the extension finds its proxy, hands over its token and the cluster, and kubectl comes through', async () => {
  await using proxy = await started();
  const front = `https://localhost:${proxy.httpsPort}`;
  const key = await call('GET', `${front}/identity/poppublickey`, { json: {} });
  const { kid } = JSON.parse(key.text).publicKey;
  const posted = { accessToken: await popToken(kid), serverId, tenantID: robot.tenant, kid };
  const taken = await call('POST', `${front}/identity/at`, { json: posted });
  assert.equal(taken.status, 200, taken.text);
  const { kubeconfigs, hybridConnectionConfig } = await listed();
  const registered = await call('POST', registerUrl(proxy), {
    json: { kubeconfigs, hybridConnectionConfig },
  });
  assert.equal(registered.status, 200, registered.text);
  const kubeconfig = Buffer.from(JSON.parse(registered.text).kubeconfigs[0].value, 'base64').toString('utf8');
  const hash = createHash('sha256').update(clusterId.toLowerCase()).digest('hex');
  assert.match(kubeconfig, new RegExp(`server: https://127\\.0\\.0\\.1:${proxy.httpsPort}/${hash}$`, 'm'));
  const file = join(temporaryFolder('kubeconfig'), 'config');
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const nodes = `kubectl --kubeconfig ${file} get nodes --no-headers`;
  assert.match((await estate.succeeds(nodes)).stdout, /^moc-l\w{10} +Ready /m);
  // az hands the token that it keeps for its proxy out to kubectl too.
  const kept = { headers: { authorization: `Bearer ${posted.accessToken}` } };
  assert.equal((await call('GET', `${front}/${hash}/version`, kept)).status, 200);
  // As az does before the right to the relay ends.
  const again = await call('POST', registerUrl(proxy), { json: await listed() });
  assert.equal(again.status, 200, again.text);
  assert.match((await estate.succeeds(nodes)).stdout, /^moc-l\w{10} +Ready /m);
  const elsewhere = await call('GET', `${front}/${'0'.repeat(64)}/version`);
  assert.deepEqual(elsewhere, { status: 404, text: 'no cluster is registered there' });
});

test('a cluster that is registered with another authority is reached with that one from then on', async () => {
  await using proxy = await started();
  const right = await listed();
  const first = right.kubeconfigs[0]?.value ?? '';
  const text = Buffer.from(first, 'base64').toString('utf8');
  const stranger = createAuthority({ commonName: 'stranger', clock: systemClock, random: systemRandom });
  const other = text.replace(
    /certificate-authority-data: .+/,
    `certificate-authority-data: ${Buffer.from(stranger.certificatePem).toString('base64')}`,
  );
  assert.notEqual(other, text);
  const hash = createHash('sha256').update(clusterId.toLowerCase()).digest('hex');
  const versionAt = async (kubeconfigs: object[]) => {
    const told = await call('POST', registerUrl(proxy), { json: { ...right, kubeconfigs } });
    assert.equal(told.status, 200, told.text);
    return call('GET', `https://localhost:${proxy.httpsPort}/${hash}/version`);
  };
  const wrong = await versionAt([{ name: 'Kubeconfig', value: Buffer.from(other).toString('base64') }]);
  assert.equal(wrong.status, 503, wrong.text);
  const reached = await versionAt(right.kubeconfigs);
  assert.equal(reached.status, 200, reached.text);
});

test('a token of another key, server or tenant is refused, and a key that has gone is said to have expired', async () => {
  await using proxy = await started();
  const front = `https://localhost:${proxy.httpsPort}`;
  const { kid } = JSON.parse((await call('GET', `${front}/identity/poppublickey`)).text).publicKey;
  const right = { accessToken: await popToken(kid), serverId, tenantID: robot.tenant, kid };
  const refused: readonly (readonly [object, number, RegExp])[] = [
    [{ ...right, kid: 'other' }, 500, /^public key expired$/],
    [{ ...right, accessToken: await popToken('other') }, 400, /bound to another key/],
    [{ ...right, accessToken: 'nonsense' }, 400, /bound to another key/],
    [{ ...right, serverId: 'other' }, 400, /must be for 6256c85f/],
    [{ ...right, tenantID: 'other' }, 400, /must be of the tenant/],
  ];
  for (const [json, status, text] of refused) {
    const told = await call('POST', `${front}/identity/at`, { json });
    assert.equal(told.status, status, told.text);
    assert.match(told.text, text);
  }
});

test('nobody but az on this machine registers clusters, and only whole ones', async () => {
  await using proxy = await started();
  const url = registerUrl(proxy);
  const body = JSON.stringify(await listed());
  const page = { origin: 'https://example.com', 'content-type': 'application/json' };
  const refused: readonly (readonly [Parameters<typeof call>, number, RegExp])[] = [
    [['POST', url, { text: body }], 415, /application\/json/],
    [['POST', url, { text: body, headers: page }], 403, /az on this machine alone/],
    [['POST', url, { json: {}, headers: { host: 'evil.example' } }], 403, /az on this machine alone/],
    [['POST', url, { text: '{', headers: { 'content-type': 'application/json' } }], 400, /not JSON/],
    [['POST', url, { json: [] }], 400, /JSON object/],
    [['POST', url, { json: {} }], 400, /hybridConnectionConfig/],
    [['POST', url, { json: { ...JSON.parse(body), kubeconfigs: [] } }], 400, /no kubeconfig/],
    [
      [
        'POST',
        url.replace('connectedClusters', 'others'),
        { text: body, headers: { 'content-type': 'application/json' } },
      ],
      404,
      /nothing/,
    ],
    [['GET', url], 405, /by POST/],
    [['POST', url, { json: { a: 'a'.repeat(2_000_000) } }], 413, /larger than/],
  ];
  for (const [words, status, text] of refused) {
    const told = await call(...words);
    assert.equal(told.status, status, `${JSON.stringify(words).slice(0, 200)}: ${told.text}`);
    assert.match(told.text, text);
  }
});

test('a proxy of one home refuses the clouds of others, and says when its port is taken', async () => {
  const other = await started({ resourceManager: 'https://management.azure.com/' });
  assert.match(await other.ended, /clusters of https:\/\/management\.azure\.com\/ are not reached from here/);
  await using first = await started();
  const program = join(await placed(), programName('1_3_032281'));
  const file = join(temporaryFolder('config'), 'config.yml');
  writeFileSync(file, `server: {httpPort: 0, httpsPort: ${first.httpsPort}}\n`);
  const second = await runProgram(program, ['-c', file, '-d']);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`Port ${first.httpsPort} cannot be listened on`));
  writeFileSync(file, 'server: {}\n');
  assert.match((await runProgram(program, ['-c', file])).stderr, /server\.httpPort is not a port number/);
  const missing = await runProgram(program, ['-c', `${file}.not`]);
  assert.match(missing.stderr, /cannot be read/);
});

test('a proxy ends with the az that started it, also when that is killed', async () => {
  const program = join(await placed(), programName('1_3_032281'));
  const file = join(temporaryFolder('config'), 'config.yml');
  writeFileSync(file, 'server: {httpPort: 0, httpsPort: 0}\n');
  const az = held(
    spawn('sh', ['-c', '"$0" -c "$1" & wait', program, file], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const [printed] = await once(az.stdout, 'data');
  assert.match(String(printed), /^Clusters are registered at /);
  const ended = once(az.stdout, 'end');
  az.kill('SIGKILL');
  await ended;
});

test('the version that an extension asks for is read from it', async () => {
  const extensions = temporaryFolder('extensions');
  const folder = join(extensions, 'connectedk8s', 'azext_connectedk8s');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '_constants.py'), 'X = 1\nCLIENT_PROXY_VERSION = "1.4.7"\n');
  const place = await placed({ AZURE_EXTENSION_DIR: extensions });
  assert.ok(existsSync(join(place, programName('1_4_7'))), readdirSync(place).join());
  assert.match(readFileSync(join(place, programName('1_4_7')), 'utf8'), / arc-proxy --home /);
});
