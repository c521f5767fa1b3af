import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runProgram } from '../walkthrough/estate.ts';
import { ClientClusters, cacheFolder, partsOf, prepared, ways } from './clusters.ts';

const packages = [
  'kubernetes==37.0.2',
  'azure-identity==1.27.0',
  'azure-mgmt-authorization==4.0.0',
  'azure-mgmt-containerservice==41.8.0',
  'azure-mgmt-containerservicefleet==4.0.0',
  'azure-mgmt-hybridcontainerservice==1.0.0',
  'azure-mgmt-hybridkubernetes==2.0.0',
  'azure-mgmt-msi==7.1.0',
  'azure-mgmt-network==33.1.0',
  'azure-mgmt-resource==26.0.0',
  'aiohttp==3.14.5',
];
const folder = cacheFolder('python');
const python = join(folder, 'bin', 'python');
let clusters: ClientClusters;

before(async () => {
  const done = join(folder, 'installed');
  const wanted = packages.join('\n');
  if (!existsSync(done) || (await readFile(done, 'utf8')) !== wanted) {
    await prepared('python3', ['-m', 'venv', folder]);
    await prepared(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
    await prepared('bash', ['-c', 'printf %s "$1" > "$2"', '-', wanted, done]);
  }
  clusters = await ClientClusters.start();
});

after(() => clusters?.[Symbol.asyncDispose]());

for (const way of ways) {
  test(`the Python client makes, watches, applies and is refused as it should: ${way}`, async () => {
    const script = join(import.meta.dirname, 'python', 'cluster.py');
    const finished = await runProgram(python, [script, clusters.kubeconfig(way), 'python']);
    const running = ['workloads', 'status and eviction', 'what cannot run is a status'];
    assert.deepEqual(partsOf(finished), [
      'kinds and version',
      'objects of a namespace',
      'pages of a list',
      'watches',
      ...(way === 'hub' ? [] : running),
      'dynamic kinds',
      'apply of yaml',
      'leader election',
      'rights',
      'events',
      'the end',
    ]);
  });
}

test('the Azure SDKs for Python sign in in four ways and take both walkthroughs', async () => {
  const { subscriptionId, tenantId, caFile, resourceManager, login, graph, signedInUser } =
    clusters.estate.status;
  const { home } = clusters.estate;
  const certificate = join(home, 'program.pem');
  const made = await clusters.estate.succeeds(`{
    az ad sp create-for-rbac -n python --role Owner --scopes /subscriptions/${subscriptionId} -o json > ${home}/sp.json
    APPLICATION=$(az ad app list --display-name python --query "[0].id" -o tsv)
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ${certificate} -out ${home}/c.pem -days 30 -subj /CN=python
    cat ${home}/c.pem >> ${certificate}
    KEY=$(grep -v CERTIFICATE ${home}/c.pem | tr -d '\\n')
    az rest --method patch --url "${graph}/v1.0/applications/$APPLICATION" --resource ${graph} \
      --body '{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"'$KEY'"}]}'
    } >&2
    az customlocation show -n local-cl -g rg --query id -o tsv
    az stack-hci-vm network lnet show --name local-lnet -g rg --query id -o tsv
    az sshkey show -g rg -n key --query publicKey -o tsv`);
  const [customLocation, logicalNetwork, key] = made.stdout.trim().split('\n');
  const { appId, password } = JSON.parse(await readFile(join(home, 'sp.json'), 'utf8'));
  const finished = await runProgram(python, [join(import.meta.dirname, 'python', 'walkthroughs.py')], {
    RESOURCE_MANAGER: String(resourceManager),
    LOGIN: String(login),
    TENANT: String(tenantId),
    SUBSCRIPTION: String(subscriptionId),
    REQUESTS_CA_BUNDLE: String(caFile),
    APPLICATION: appId,
    SECRET: password,
    CERTIFICATE: certificate,
    USERNAME: String(signedInUser),
    PASSWORD: (await readFile(join(home, 'administrator-password'), 'utf8')).trim(),
    CUSTOM_LOCATION: customLocation,
    LOGICAL_NETWORK: logicalNetwork,
    SSH_KEY: key,
  });
  assert.deepEqual(partsOf(finished), [
    'sign in with a secret',
    'sign in with a certificate',
    'sign in with a device code',
    'sign in from the environment',
    'a private hub',
    'members of the hub',
    'roles',
    'a cluster on arc',
    'the same without waiting',
    'refusals',
    'the end',
  ]);
});
