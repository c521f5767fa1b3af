import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isObject, type JsonObject, systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority } from '../../src/http/index.ts';
import { TestEstate } from './estate.ts';

/** Who did what, as `logs/audit.jsonl` of a home tells it. */
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(() => estate?.[Symbol.asyncDispose]());

const file = () => join(estate.home, 'logs', 'audit.jsonl');

async function events(): Promise<JsonObject[]> {
  const lines = (await readFile(file(), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line)).filter(isObject);
}

test('sign-ins, refusals, credentials and changes of rights are told, and no secret is', async () => {
  const { stdout } = await estate.succeeds(`
    az group create -n g -l eastus >/dev/null
    az aks create -g g -n m --node-count 1 --no-ssh-key >/dev/null
    az aks get-credentials -g g -n m --admin -f "$DRYDOCK_HOME/cli/kube-admin"
    SP=$(az ad sp create-for-rbac -n robot -o json)
    APP=$(echo "$SP" | python3 -c "import json,sys; print(json.load(sys.stdin)['appId'])")
    SECRET=$(echo "$SP" | python3 -c "import json,sys; print(json.load(sys.stdin)['password'])")
    TENANT=$(az account show --query tenantId -o tsv)
    az role assignment create --role Reader --assignee $APP --scope $(az group show -n g --query id -o tsv) >/dev/null
    export KUBECONFIG="$DRYDOCK_HOME/cli/kube-admin"
    kubectl create clusterrolebinding b --clusterrole view --user someone >/dev/null
    kubectl --as nobody get secrets >/dev/null 2>&1 || true
    kubectl create serviceaccount robot >/dev/null
    TOKEN=$(kubectl create token robot)
    kubectl --token "$TOKEN" --client-certificate= --client-key= get secrets >/dev/null 2>&1 || true
    (export AZURE_CONFIG_DIR=$(mktemp -d "$DRYDOCK_HOME/cli/robot-XXXX"); cp "$DRYDOCK_HOME"/cli/azure/*.json $AZURE_CONFIG_DIR/ 2>/dev/null || true
      az login --service-principal -u $APP -p wrong-secret --tenant $TENANT >/dev/null 2>&1 || true
      az login --service-principal -u $APP -p "$SECRET" --tenant $TENANT >/dev/null
      az group create -n forbidden -l eastus >/dev/null 2>&1 || true)
    echo "$SECRET"; echo "$TOKEN"`);
  const [secret = '', token = ''] = stdout.trim().split('\n').slice(-2);
  assert.ok(secret.length > 10 && token.length > 100, stdout);
  const told = await events();
  const has = (event: string, outcome: string, target: RegExp) =>
    told.some(
      (one) => one['event'] === event && one['outcome'] === outcome && target.test(String(one['target'])),
    );
  assert.ok(has('sign-in', 'success', /\/token$/));
  assert.ok(has('sign-in', 'refused', /\/token$/));
  assert.ok(has('credential', 'success', /managedClusters\/m\/listClusterAdminCredential$/i));
  assert.ok(has('role-change', 'success', /roleAssignments/i));
  assert.ok(has('role-change', 'success', /clusterrolebindings$/));
  assert.ok(has('credential', 'success', /serviceaccounts\/robot\/token$/));
  assert.ok(has('directory-change', 'success', /servicePrincipals|applications/));
  const refused = told.find((one) => one['event'] === 'refusal' && /forbidden/i.test(String(one['target'])));
  assert.equal(refused?.['reason'], 'AuthorizationFailed');
  assert.ok(isObject(refused['actor']) && typeof refused['actor']['objectId'] === 'string');
  const text = await readFile(file(), 'utf8');
  const password = (
    await readFile(join(estate.home, 'administrator-password'), 'utf8').catch(() => '')
  ).trim();
  const hidden = [secret, token, 'wrong-secret', password, ...(await secretsOfHome())].filter(Boolean);
  assert.ok(hidden.length >= 6);
  for (const one of hidden) assert.ok(!text.includes(one));
  const as = told.find((one) => isObject(one['details']) && one['details']['as'] === 'nobody');
  assert.equal(as?.['event'], 'refusal');
  assert.ok(isObject(as['actor']) && as['actor']['name'] !== 'nobody', 'the one who acted is named');
  assert.doesNotMatch(text, /eyJ[\w-]{20}|BEGIN /);
  assert.equal((await stat(file())).mode & 0o777, 0o600);
});

/** Everything in the home that opens something. */
async function secretsOfHome(): Promise<string[]> {
  const read = (...path: string[]) => readFile(join(estate.home, ...path), 'utf8').catch(() => '');
  const key = (await read('ca-key.pem')).split('\n')[1] ?? '';
  const kubeconfig = await read('cli', 'kube-admin');
  const [, clientKey = ''] = /client-key-data: (\S+)/.exec(kubeconfig) ?? [];
  const profile = await Promise.all(
    (await readdir(join(estate.home, 'cli', 'azure'))).map((name) => read('cli', 'azure', name)),
  );
  const refreshTokens = profile.flatMap((text) => text.match(/1\.[\w-]{60,}/g) ?? []);
  return [(await read('control-token')).trim(), key, clientKey, ...refreshTokens];
}

test('a certificate that nobody verified names no actor, at Resource Manager, Graph and a cluster', async () => {
  const forged = createAuthority({
    commonName: 'system:masters-forged',
    clock: systemClock,
    random: systemRandom,
  });
  const cluster = (
    await estate.succeeds(
      `kubectl config view --raw --minify --kubeconfig "$DRYDOCK_HOME/cli/kube-admin" -o jsonpath='{.clusters[0].cluster.tls-server-name}'`,
    )
  ).stdout.trim();
  assert.ok(cluster.length > 0);
  const ask = async (path: string, servername: string | undefined, authorization: string | undefined) => {
    const outgoing = request(new URL(path, String(estate.status['resourceManager'])), {
      ca: await readFile(String(estate.status['caFile'])),
      cert: forged.certificatePem,
      key: forged.privateKeyPem,
      agent: false,
      ...(servername !== undefined && { servername }),
      headers: authorization === undefined ? {} : { authorization },
    });
    outgoing.end();
    const [incoming] = await once(outgoing, 'response');
    incoming.resume();
    return incoming.statusCode;
  };
  const asked = [
    {
      path: `/subscriptions/${estate.status['subscriptionId']}/resourcegroups/forged-arm?api-version=2024-11-01`,
      servername: undefined,
    },
    { path: '/v1.0/users/forged-graph', servername: undefined },
    { path: '/api/v1/namespaces/forged-kube/secrets', servername: cluster },
  ];
  const admin = Buffer.from(JSON.stringify({ oid: 'made-up', upn: 'admin@forged' })).toString('base64url');
  for (const { path, servername } of asked) {
    for (const authorization of [undefined, `Bearer e30.${admin}.x`]) {
      assert.equal(await ask(path, servername, authorization), 401, path);
    }
  }
  const told = (await events()).filter((one) => /forged-/.test(String(one['target'])));
  assert.equal(told.length, 6);
  for (const one of told) assert.deepEqual([one['event'], one['actor']], ['refusal', undefined]);
  assert.doesNotMatch(await readFile(file(), 'utf8'), /masters-forged|made-up/);
});

test('no spelling of a path hides from the trail, nor does a batch of Graph', async () => {
  const before = (await events()).length;
  await estate.succeeds(`
    export KUBECONFIG="$DRYDOCK_HOME/cli/kube-admin"
    SUBSCRIPTION=$(az account show --query id -o tsv)
    AKS="/subscriptions/$SUBSCRIPTION/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/m"
    az rest --method post --url "$AKS//listClusterAdminCredential/?api-version=2024-09-01" >/dev/null
    ID=$(az ad user create --display-name spelled --user-principal-name spelled@drydock.onmicrosoft.localhost \
      --password Correct-Horse-7 --query id -o tsv)
    GRAPH=$(az cloud show --query endpoints.microsoftGraphResourceId -o tsv | sed 's#/$##')/v1.0
    az rest --method patch --url "$GRAPH/users('$ID')" --body '{"displayName":"keyed"}'
    az rest --method patch --url "$GRAPH/directoryObjects/$ID/" --body '{}' 2>/dev/null || true
    APP=$(az ad app create --display-name spelled --query id -o tsv)
    az rest --method post --url "$GRAPH/\\$batch" --body '{"requests":[
      {"id":"1","method":"PATCH","url":"/users/'$ID'?batched=1","body":{"displayName":"batched"},"headers":{"content-type":"application/json"}},
      {"id":"2","method":"POST","url":"/applications/'$APP'/microsoft.graph.addPassword","body":{},"headers":{"content-type":"application/json"}},
      {"id":"3","method":"POST","url":"/users/'$ID'/getMemberGroups","body":{"securityEnabledOnly":true},"headers":{"content-type":"application/json"}}]}' >/dev/null
    kubectl create serviceaccount spelled >/dev/null
    echo '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}' |
      kubectl create --raw /api/v1/namespaces/default/serviceaccounts/spelled/token/ -f - >/dev/null`);
  const told = (await events()).slice(before);
  const count = (event: string, target: RegExp) =>
    told.filter((one) => one['event'] === event && target.test(String(one['target']))).length;
  assert.equal(count('credential', /managedClusters\/m\/listClusterAdminCredential$/i), 1);
  assert.equal(count('directory-change', /^\/v1\.0\/users\/[0-9a-f-]{36}$/), 2);
  assert.equal(count('credential', /^\/v1\.0\/applications\/[0-9a-f-]{36}\/addPassword$/), 1);
  assert.equal(count('directory-change', /getMemberGroups/), 0);
  assert.equal(count('credential', /serviceaccounts\/spelled\/token$/), 1);
});
