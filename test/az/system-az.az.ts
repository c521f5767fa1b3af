import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Finished, runProgram, TestEstate } from '../walkthrough/estate.ts';

/** The unmodified azure-cli on PATH, against a fresh server. Run with `npm run test:az`. */
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(() => estate?.[Symbol.asyncDispose]());

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'drydock');

function script(text: string): Promise<Finished> {
  const words = [
    'exec',
    '--az',
    'system',
    '--home',
    estate.home,
    '--',
    'bash',
    '-euo',
    'pipefail',
    '-c',
    text,
  ];
  return runProgram(launcher, words);
}

async function succeeds(text: string): Promise<string> {
  const finished = await script(text);
  assert.equal(finished.code, 0, `${text}\n${finished.stdout}\n${finished.stderr}`);
  return finished.stdout;
}

test('it is azure-cli itself, signed in as the administrator, and leaves the own profile alone', async () => {
  const version = JSON.parse(await succeeds('az version -o json'));
  assert.match(version['azure-cli'], /^2\./);
  const account = JSON.parse(await succeeds('az account show -o json'));
  assert.equal(account.user.name, estate.status['signedInUser']);
  assert.equal(account.environmentName, 'Drydock');
  assert.match(await succeeds('echo $AZURE_CONFIG_DIR'), new RegExp(`^${estate.home}/`));
});

test('first sign-ins at the same moment do not spoil the profile, and none shows the password', async () => {
  await using fresh = await TestEstate.start();
  const words = ['exec', '--az', 'system', '--home', fresh.home, '--', 'az', 'account', 'show', '-o', 'json'];
  const seen: string[] = [];
  const looking = setInterval(() => {
    seen.push(spawnSync('ps', ['axww', '-o', 'args'], { encoding: 'utf8' }).stdout);
  }, 100);
  const all = await Promise.all([1, 2, 3].map(() => runProgram(launcher, words)));
  clearInterval(looking);
  for (const { code, stdout, stderr } of all) {
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).user.name, fresh.status['signedInUser']);
  }
  const password = (await readFile(join(fresh.home, 'administrator-password'), 'utf8')).trim();
  assert.ok(seen.some((text) => text.includes('login -u')));
  assert.ok(!seen.some((text) => text.includes(password)));
});

test('cloud show names our endpoints', async () => {
  const cloud = JSON.parse(await succeeds('az cloud show -o json'));
  assert.equal(cloud.endpoints.resourceManager.replace(/\/$/, ''), estate.status['resourceManager']);
  assert.equal(cloud.endpoints.microsoftGraphResourceId.replace(/\/$/, ''), estate.status['graph']);
});

test('groups and resources', async () => {
  await succeeds('az group create -n rg -l eastus --tags a=b && az group update -n rg --set tags.c=d');
  assert.deepEqual(JSON.parse(await succeeds('az group show -n rg --query tags -o json')), {
    a: 'b',
    c: 'd',
  });
  await succeeds('az identity create -g rg -n robot');
  assert.equal((await succeeds('az resource list -g rg --query "[].name" -o tsv')).trim(), 'robot');
  const id = (await succeeds('az identity show -g rg -n robot --query id -o tsv')).trim();
  assert.equal((await succeeds(`az resource show --ids ${id} --query name -o tsv`)).trim(), 'robot');
  await succeeds(`az resource delete --ids ${id}`);
  const missing = await script('az group show -n nowhere');
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /\(ResourceGroupNotFound\) Resource group 'nowhere' could not be found\./);
});

test('networks and public addresses', async () => {
  await succeeds(`az group create -n net-rg -l eastus
    az network vnet create -g net-rg -n vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
    az network vnet subnet create -g net-rg --vnet-name vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
    az network public-ip create -g net-rg -n ip --sku Standard`);
  assert.equal(
    (
      await succeeds('az network vnet subnet list -g net-rg --vnet-name vnet --query "length(@)" -o tsv')
    ).trim(),
    '2',
  );
  assert.match(
    await succeeds('az network public-ip show -g net-rg -n ip --query ipAddress -o tsv'),
    /^\d+\.\d+\.\d+\.\d+\n$/,
  );
  await succeeds('az network public-ip delete -g net-rg -n ip && az network vnet delete -g net-rg -n vnet');
});

test('roles, users, groups and service principals', async () => {
  const out = await succeeds(`
    SUB=$(az account show --query id -o tsv)
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    USER=$(az ad user create --display-name Kim --user-principal-name kim@$DOMAIN --password 'Passw0rd!Passw0rd' --query id -o tsv)
    GROUP=$(az ad group create --display-name team --mail-nickname team --query id -o tsv)
    az ad group member add -g $GROUP --member-id $USER
    az ad group member check -g $GROUP --member-id $USER --query value -o tsv
    az role assignment create --role Reader --assignee kim@$DOMAIN --scope /subscriptions/$SUB >/dev/null
    az role assignment create --role Reader --assignee kim@$DOMAIN --scope /subscriptions/$SUB --query roleDefinitionId -o tsv
    az role assignment list --assignee kim@$DOMAIN --query "[].roleDefinitionName" -o tsv
    az role definition list -n Reader --query "[0].roleName" -o tsv`);
  const [member, role, name, definition] = out.trim().split('\n');
  assert.equal(member, 'true');
  assert.match(role ?? '', /acdd72a7-3385-48ef-bd42-f606fba81ae7$/);
  assert.equal(name, 'Reader');
  assert.equal(definition, 'Reader');
});

test('clusters, with --no-wait and wait, and kubectl by their credentials', async () => {
  const out = await succeeds(`
    az group create -n aks-rg -l eastus >/dev/null
    az aks create -g aks-rg -n aks --node-count 2 --no-ssh-key --no-wait
    az aks wait -g aks-rg -n aks --created --interval 1
    az aks show -g aks-rg -n aks --query provisioningState -o tsv
    az aks nodepool list -g aks-rg --cluster-name aks --query "[].count" -o tsv
    az aks get-credentials -g aks-rg -n aks --file $AZURE_CONFIG_DIR/kube.yaml
    kubectl --kubeconfig $AZURE_CONFIG_DIR/kube.yaml get nodes --no-headers
    az aks delete -g aks-rg -n aks --yes`);
  assert.match(out, /^Succeeded\n2\n/);
  assert.equal(out.match(/ Ready /g)?.length, 2);
});

test('SSH keys', async () => {
  assert.match(
    await succeeds(`az group create -n key-rg -l eastus >/dev/null
    HOME=$(mktemp -d); mkdir $HOME/.ssh
    az sshkey create -g key-rg -n key >/dev/null
    az sshkey show -g key-rg -n key --query publicKey -o tsv`),
    /^ssh-rsa /,
  );
});

test('az rest reaches types of extensions, and JSON that is none is refused', async () => {
  const out = await succeeds(`
    az group create -n fleet-rg -l eastus >/dev/null
    SUB=$(az account show --query id -o tsv)
    az rest --method put --url "/subscriptions/$SUB/resourceGroups/fleet-rg/providers/Microsoft.ContainerService/fleets/f?api-version=2025-03-01" --body '{"location":"eastus","properties":{"hubProfile":{}}}' --query properties.hubProfile.dnsPrefix -o tsv`);
  assert.match(out, /^f-hub/);
});

test('service principals and passwords sign in', async () => {
  const out = await succeeds(`
    SUB=$(az account show --query id -o tsv); TENANT=$(az account show --query tenantId -o tsv)
    CREDENTIAL=$(az ad sp create-for-rbac -n robot --role Contributor --scopes /subscriptions/$SUB --query '[appId,password]' -o tsv)
    set -- $CREDENTIAL
    export AZURE_CONFIG_DIR=$(mktemp -d)
    az cloud register -n Other --endpoint-resource-manager $DRYDOCK_RESOURCE_MANAGER && az cloud set -n Other
    az login --service-principal -u $1 -p $2 --tenant $TENANT --query "[0].user.type" -o tsv
    az group create -n robot-rg -l eastus --query name -o tsv
    az logout
    az login -u ${estate.status['signedInUser']} -p "$(cat $DRYDOCK_HOME/administrator-password)" --query "[0].user.type" -o tsv
    rm -r $AZURE_CONFIG_DIR`);
  assert.deepEqual(out.trim().split('\n'), ['servicePrincipal', 'robot-rg', 'user']);
});

test('a device code signs in once a person has entered it', async () => {
  const signIn = `export AZURE_CONFIG_DIR=$(mktemp -d)
    az cloud register -n Other --endpoint-resource-manager $DRYDOCK_RESOURCE_MANAGER && az cloud set -n Other
    az login --use-device-code --query "[0].user.name" -o tsv`;
  const words = [
    'exec',
    '--az',
    'system',
    '--home',
    estate.home,
    '--',
    'bash',
    '-euo',
    'pipefail',
    '-c',
    signIn,
  ];
  const child = spawn(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  const code = await new Promise<string>((found, failed) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const match = /enter the code (\w+)/.exec(text);
      if (match?.[1]) found(match[1]);
    });
    child.once('exit', () => failed(new Error(text)));
  });
  const password = (await readFile(join(estate.home, 'administrator-password'), 'utf8')).trim();
  const page = await estate.request('GET', '/devicelogin');
  await postForm('/devicelogin', {
    form_token: /name="form_token" value="([^"]*)"/.exec(page.text)?.[1] ?? '',
    user_code: code,
    username: String(estate.status['signedInUser']),
    password,
    action: 'password',
  });
  const exitCode = await new Promise<number | null>((ended) => child.once('exit', ended));
  assert.equal(exitCode, 0);
  assert.equal(Buffer.concat(printed).toString('utf8').trim(), estate.status['signedInUser']);
});

async function postForm(path: string, fields: Record<string, string>): Promise<void> {
  const ca = await readFile(String(estate.status['caFile']));
  const outgoing = request(new URL(path, String(estate.status['login'])), {
    method: 'POST',
    ca,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  outgoing.end(new URLSearchParams(fields).toString());
  await new Promise<void>((done, failed) => {
    outgoing.once('response', (incoming) => {
      incoming.resume();
      incoming.once('end', done);
    });
    outgoing.once('error', failed);
  });
}
