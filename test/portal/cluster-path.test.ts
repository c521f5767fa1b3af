import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HttpRequest } from '../../src/http/contract.ts';
import { withClusterPaths } from '../../src/portal/index.ts';
import { plainRequest } from '../support/request.ts';
import { TestEstate } from '../walkthrough/estate.ts';

const asked: HttpRequest[] = [];
const headers = {
  'content-type': 'text/html',
  'set-cookie': 'session=taken',
  location: 'https://elsewhere.example/',
};
const handler = withClusterPaths(
  (request) => {
    asked.push(request);
    return { status: 200, headers, body: Buffer.from('<script>') };
  },
  (name) => ({ isKnown: name !== 'unknown', publicEndpoint: name !== 'private' }),
);
const bearer = { authorization: 'Bearer x' };
const ask = (target: string, given: Record<string, string> = bearer) =>
  handler(plainRequest({ target, headers: given, host: 'estate.example' }));

test('a path of a cluster is asked as its own name, with no header that speaks for anybody else', async () => {
  asked.length = 0;
  const sent = {
    cookie: 'a=b',
    'impersonate-user': 'root',
    'x-remote-user': 'root',
    'x-forwarded-for': '9.9.9.9',
  };
  const answer = await ask('/portal/clusters/one.example/api/v1/pods?watch=1', { ...bearer, ...sent });
  const [request] = asked;
  assert.deepEqual(
    [request?.path, request?.rawQuery, request?.connection.serverName, request?.connection.host],
    ['/api/v1/pods', 'watch=1', 'one.example', 'one.example'],
  );
  assert.deepEqual(
    request?.headerLines('').map(({ name }) => name),
    ['authorization'],
  );
  for (const name of Object.keys(sent)) assert.equal(request?.header(name), undefined, name);
  assert.equal(answer.headers?.['set-cookie'], undefined);
  assert.equal(answer.headers?.['location'], undefined);
  assert.match(String(answer.headers?.['content-security-policy']), /sandbox/);
  assert.equal(answer.headers?.['x-content-type-options'], 'nosniff');
});

test('no path leads out of the API of the cluster that it names', async () => {
  asked.length = 0;
  for (const [path, status] of [
    ['one/api/../../two/api', 400],
    ['one/api/%2e%2e/two', 400],
    ['one/api%2f..%2f..', 400],
    ['one/api/..%5cx', 400],
    ['one/%', 400],
    ['one/a%0d%0aHost:x', 400],
    ['one%2fapi/', 404],
    ['one:443/api', 404],
    ['a@one/api', 404],
    ['/api', 404],
    ['one', 404],
    ['unknown/api', 404],
    ['private/api', 403],
  ] as const) {
    assert.equal((await ask(`/portal/clusters/${path}`)).status, status, path);
  }
  assert.equal((await ask('/portal/clusters/one/api', { cookie: 'a=b' })).status, 401);
  assert.equal((await ask('/portal/clusters/one/api', { authorization: 'Basic eDp4' })).status, 401);
  assert.equal(asked.length, 0);
});

let estate: TestEstate;
let name: string;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus -o none
    az aks create -g rg -n public --node-count 1 --no-ssh-key --enable-aad --enable-azure-rbac -o none
    az aks create -g rg -n hidden --node-count 1 --no-ssh-key --enable-aad --enable-private-cluster -o none`);
  name = (await estate.succeeds('az aks show -g rg -n public --query fqdn -o tsv')).stdout.trim();
});

after(() => estate?.[Symbol.asyncDispose]());

async function answer(given: { host?: string; path: string; resource?: string; head?: string }) {
  const { host = name, path, resource = '6dae42f8-4368-4678-94ff-3960e28e3630', head = '' } = given;
  const origin = new URL(String(estate.status['login'])).origin;
  const { stdout } = await estate.succeeds(`
    TOKEN=$(az account get-access-token --resource ${resource} --query accessToken -o tsv)
    curl -sk --max-time 20 -H "Authorization: Bearer $TOKEN" ${head} ${origin}/portal/clusters/${host}${path}`);
  return stdout;
}

test('a person reaches a public cluster with a token for clusters, and what he may not do is refused in its words', async () => {
  const said = await answer({ path: '/api/v1/namespaces/default/secrets' });
  assert.match(said, /secrets is forbidden: User .*cannot list resource/);
  await estate.succeeds(`
    az role assignment create --assignee-object-id $(az ad signed-in-user show --query id -o tsv) --assignee-principal-type User \\
      --role "Azure Kubernetes Service RBAC Cluster Admin" --scope $(az aks show -g rg -n public --query id -o tsv) -o none`);
  const nodes = JSON.parse(await answer({ path: '/api/v1/nodes' }));
  assert.equal(nodes.kind, 'NodeList');
  // As itself: nobody is impersonated by the pages.
  const self = await answer({
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    head: `-H 'Impersonate-User: system:admin' -H 'Content-Type: application/json' -d '{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}'`,
  });
  assert.match(JSON.parse(self).status.userInfo.username, /@/);
});

test('a token for Resource Manager is none for a cluster', async () => {
  const said = await answer({ path: '/api/v1/nodes', resource: 'https://management.azure.com/' });
  assert.equal(JSON.parse(said).code, 401);
});

test('a private cluster is not reached by the pages, whatever the token', async () => {
  const query = 'az aks show -g rg -n hidden --query "privateFqdn || fqdn" -o tsv';
  const host = (await estate.succeeds(query)).stdout.trim();
  const said = JSON.parse(await answer({ host, path: '/api/v1/nodes' }));
  assert.equal(said.code, 403, `${host}: ${said.message}`);
  assert.match(said.message, /az network bastion tunnel/);
});
