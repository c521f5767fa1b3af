import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drydock, freePort, holdFunctions, TestEstate } from './estate.ts';

let estate: TestEstate;
/** Ids that the page's reader collects first. */
let ids: Record<
  'subscription' | 'tenant' | 'customLocation' | 'logicalNetwork' | 'adminGroup' | 'key',
  string
>;

before(async () => {
  estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(`
    az group create -n arc-rg -l eastus >&2
    drydock infra create -g arc-rg >&2
    az account show --query id -o tsv
    az account show --query tenantId -o tsv
    az customlocation show --name local-cl --resource-group arc-rg --query id -o tsv
    az stack-hci-vm network lnet show --name local-lnet --resource-group arc-rg --query id -o tsv
    GROUP_ID=$(az ad group create --display-name admins --mail-nickname admins --query id -o tsv)
    az ad group member add --group $GROUP_ID --member-id $(az ad signed-in-user show --query id -o tsv)
    echo $GROUP_ID
    HOME=$(mktemp -d); mkdir $HOME/.ssh
    az sshkey create -g arc-rg -n key -l eastus >&2
    az sshkey show -g arc-rg -n key --query publicKey -o tsv`);
  const [
    subscription = '',
    tenant = '',
    customLocation = '',
    logicalNetwork = '',
    adminGroup = '',
    key = '',
  ] = stdout.trim().split('\n');
  ids = { subscription, tenant, customLocation, logicalNetwork, adminGroup, key };
});

after(() => estate?.[Symbol.asyncDispose]());

function groupPath(): string {
  return `/subscriptions/${ids.subscription}/resourceGroups/arc-rg/providers`;
}

function connectedPath(name: string): string {
  return `${groupPath()}/Microsoft.Kubernetes/connectedClusters/${name}`;
}

/** The page's two bodies, with its placeholders filled in. */
function connectedBody(): string {
  return `{
  "location": "eastus",
  "identity": { "type": "SystemAssigned" },
  "kind": "ProvisionedCluster",
  "properties": {
    "agentPublicKeyCertificate": "",
    "azureHybridBenefit": "NotApplicable",
    "distribution": "AKS",
    "distributionVersion": "1.0",
    "aadProfile": { "enableAzureRBAC": false, "adminGroupObjectIDs": ["${ids.adminGroup}"], "tenantID": "${ids.tenant}" }
  }
}`;
}

function instanceBody(): string {
  return JSON.stringify({
    extendedLocation: { type: 'CustomLocation', name: ids.customLocation },
    properties: {
      linuxProfile: { ssh: { publicKeys: [{ keyData: ids.key }] } },
      controlPlane: { count: 1, vmSize: 'Standard_A4_v2' },
      kubernetesVersion: 'v1.24.11',
      networkProfile: {
        loadBalancerProfile: { count: 0 },
        networkPolicy: 'calico',
        podCidr: '10.244.0.0/16',
      },
      storageProfile: { smbCsiDriver: { enabled: true }, nfsCsiDriver: { enabled: true } },
      agentPoolProfiles: [
        { name: 'default-nodepool-1', count: 1, vmSize: 'Standard_A4_v2', osType: 'Linux' },
      ],
      cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [ids.logicalNetwork] } },
      licenseProfile: { azureHybridBenefit: 'NotApplicable' },
    },
  });
}

test('the sample body with its trailing comma is refused with line and column, and nothing is made', async () => {
  const path = `${connectedPath('never')}?api-version=2024-01-01`;
  const refused = await estate.request(
    'PUT',
    path,
    '{\n  "location": "eastus",\n  "kind": "ProvisionedCluster",\n}',
  );
  assert.equal(refused.status, 400);
  assert.equal(JSON.parse(refused.text).error.code, 'InvalidRequestContent');
  assert.match(refused.text, /line 4/);
  assert.equal((await estate.request('GET', path)).status, 404);
});

test('both PUTs of the page bring the cluster up, and kubectl sees its nodes through the proxy', async () => {
  const connected = await estate.request(
    'PUT',
    `${connectedPath('my-arc')}?api-version=2024-01-01`,
    connectedBody(),
  );
  assert.equal(connected.status, 201, connected.text);
  const instance = await estate.request(
    'PUT',
    `${groupPath()}/Microsoft.HybridContainerService/provisionedClusterInstances/my-arc?api-version=2024-01-01-preview`,
    instanceBody(),
  );
  assert.equal(instance.status, 201, instance.text);
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}
    RG=arc-rg CLUSTER=my-arc
    for _ in $(seq 3000); do
      STATE=$(az connectedk8s show -n $CLUSTER -g $RG --query connectivityStatus -o tsv)
      [ "$STATE" = Connected ] && break; sleep 0.1
    done
    echo "state: $STATE"
    cd $(mktemp -d)
    hold proxy.log 'Press Ctrl+C' az connectedk8s proxy -n $CLUSTER -g $RG --file ./aks-arc-kube-config --port ${port}
    kubectl get node -A --kubeconfig ./aks-arc-kube-config
    kubectl run there --image=nginx --kubeconfig ./aks-arc-kube-config
    timeout 60 kubectl wait pod there --for=condition=Ready --kubeconfig ./aks-arc-kube-config
    echo "host: $(kubectl exec there --kubeconfig ./aks-arc-kube-config -- hostname)"
    cat proxy.log
    release`);
  assert.match(stdout, /state: Connected/);
  assert.match(stdout, /^NAME +STATUS +ROLES +AGE +VERSION/m);
  assert.match(stdout, /^moc-l[a-z0-9]{10} +Ready +control-plane,master +\S+ +v1\.24\.11$/m);
  assert.match(stdout, /^moc-l[a-z0-9]{10} +Ready +<none> +\S+ +v1\.24\.11$/m);
  assert.match(stdout, /^host: there$/m);
  assert.match(stdout, /Start sending kubectl requests on 'my-arc' context/);
});

test('the published form of the instance answers with the same resource', async () => {
  const path = `${connectedPath('my-arc')}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
  const { status, text } = await estate.request('GET', `${path}?api-version=2024-01-01`);
  assert.equal(status, 200);
  const instance = JSON.parse(text);
  assert.equal(instance.name, 'default');
  assert.equal(instance.properties.provisioningState, 'Succeeded');
  assert.equal(instance.properties.status.currentState, 'Succeeded');
  const profile = await estate.request('GET', `${path}/upgradeProfiles/default?api-version=2024-01-01`);
  const { controlPlaneProfile } = JSON.parse(profile.text).properties;
  assert.equal(controlPlaneProfile.kubernetesVersion, instance.properties.kubernetesVersion);
  assert.ok(Array.isArray(controlPlaneProfile.upgrades));
  const pools = await estate.request('GET', `${path}/agentPools?api-version=2024-01-01`);
  const found: readonly { readonly name: string }[] = JSON.parse(pools.text).value;
  assert.deepEqual(
    found.map(({ name }) => name),
    instance.properties.agentPoolProfiles.map(({ name }: { readonly name: string }) => name),
  );
});

const refusals: readonly {
  readonly what: string;
  readonly code: string;
  readonly change: (body: Instance) => void;
  readonly text?: RegExp;
}[] = [
  {
    what: 'a missing custom location',
    code: 'InvalidExtendedLocation',
    change: (b) => void delete b['extendedLocation'],
  },
  {
    what: 'a malformed custom location',
    code: 'InvalidExtendedLocation',
    change: (b) => void (b['extendedLocation'] = { type: 'CustomLocation', name: 'nowhere' }),
  },
  {
    what: 'an unknown VM size',
    code: 'InvalidVmSize',
    change: (b) => void (b.properties.controlPlane.vmSize = 'Standard_Z9'),
  },
  {
    what: 'a bad SSH key',
    code: 'InvalidSshPublicKey',
    change: (b) => void (b.properties.linuxProfile.ssh.publicKeys = [{ keyData: 'not a key' }]),
    text: /'(properties\.linuxProfile\.ssh\.publicKeys\[0\]\.keyData)' is not an SSH public key.*"target": ?"\1"/s,
  },
  {
    what: 'an even number of control plane nodes',
    code: 'InvalidParameter',
    change: (b) => void (b.properties.controlPlane.count = 2),
  },
  {
    what: 'an unknown Kubernetes version',
    code: 'UnsupportedKubernetesVersion',
    change: (b) => void (b.properties.kubernetesVersion = '1.12.0'),
    text: /Supported versions: .*1\.24\.11/,
  },
];

interface Instance {
  [member: string]: unknown;
  properties: {
    controlPlane: { count: number; vmSize: string };
    linuxProfile: { ssh: { publicKeys: { keyData: string }[] } };
    kubernetesVersion: string;
    networkProfile: { podCidr: string };
    cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: string[] } };
  };
}

function putInstance(cluster: string, change: (body: Instance) => void) {
  const body: Instance = JSON.parse(instanceBody());
  change(body);
  const path = `${connectedPath(cluster)}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
  return estate.request('PUT', `${path}?api-version=2024-01-01`, JSON.stringify(body));
}

test('an instance is refused with the reason', async (t) => {
  await estate.request('PUT', `${connectedPath('refused')}?api-version=2024-01-01`, connectedBody());
  for (const { what, code, change, text } of refusals) {
    await t.test(what, async () => {
      const answer = await putInstance('refused', change);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(JSON.parse(answer.text).error.code, code);
      if (text) assert.match(answer.text, text);
    });
  }
});

test('an instance without its connected cluster is refused', async () => {
  const answer = await putInstance('nobody', () => {});
  assert.equal(answer.status, 404);
  assert.equal(JSON.parse(answer.text).error.code, 'ParentResourceNotFound');
});

test('an instance on a connected cluster of another kind is refused', async () => {
  const body = JSON.parse(connectedBody());
  delete body.kind;
  await estate.request('PUT', `${connectedPath('attached')}?api-version=2024-01-01`, JSON.stringify(body));
  const answer = await putInstance('attached', () => {});
  assert.equal(answer.status, 400);
  assert.match(answer.text, /kind 'ProvisionedCluster'/);
});

test('a logical network that does not exist or lies elsewhere is refused', async () => {
  const missing = await putInstance('refused', (b) => {
    b.properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds = [`${ids.logicalNetwork}-missing`];
  });
  assert.equal(JSON.parse(missing.text).error.code, 'InvalidResourceReference');
  await estate.succeeds(
    'drydock infra create -g arc-rg --custom-location other-cl --logical-network other-lnet',
  );
  const elsewhere = await putInstance('refused', (b) => {
    const network = ids.logicalNetwork.replace('local-lnet', 'other-lnet');
    b.properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds = [network];
  });
  assert.equal(elsewhere.status, 400);
  assert.equal(JSON.parse(elsewhere.text).error.code, 'LogicalNetworkCustomLocationMismatch');
});

test('a cluster on a logical network without enough addresses fails with the reason, and can be deleted', async () => {
  const network = async (name: string, pools: readonly object[]) => {
    const path = ids.logicalNetwork.replace('local-lnet', name);
    const subnet = { addressPrefix: '10.7.0.0/24', ipAllocationMethod: 'Static', ipPools: pools };
    const answer = await estate.request(
      'PUT',
      `${path}?api-version=2024-01-01`,
      JSON.stringify({
        location: 'eastus',
        extendedLocation: { type: 'CustomLocation', name: ids.customLocation },
        properties: { subnets: [{ name: 'default', properties: subnet }] },
      }),
    );
    assert.equal(answer.status, 201, answer.text);
    return path;
  };
  const none = await network('lnet-none', []);
  const two = await network('lnet-two', [{ start: '10.7.0.10', end: '10.7.0.11' }]);
  const path = connectedPath('starved');
  const instance = `${path}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default?api-version=2024-01-01`;
  await estate.request('PUT', `${path}?api-version=2024-01-01`, connectedBody());
  for (const [networkId, reason] of [
    [none, /denied the request: Logical network lnet-none does not have an ippool/],
    [two, /lnet-two does not have enough available IP addresses: the cluster needs 3, 2 of 2 are free/],
  ] as const) {
    const answer = await putInstance('starved', (b) => {
      b.properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds = [networkId];
    });
    assert.equal(answer.status, 201, answer.text);
    const failed = await ended(instance);
    assert.equal(failed.properties.provisioningState, 'Failed');
    assert.match(failed.properties.status.errorMessage, reason);
    assert.equal((await estate.request('DELETE', instance)).status, 202);
    assert.equal(await ended(instance), undefined);
  }
});

/** The resource once nothing runs on it any more; undefined when it is gone. */
async function ended(path: string) {
  for (;;) {
    const { status, text } = await estate.request('GET', path);
    if (status === 404) return undefined;
    const resource = JSON.parse(text);
    if (['Succeeded', 'Failed'].includes(resource.properties.provisioningState)) return resource;
    await new Promise((later) => setTimeout(later, 20));
  }
}

test('what cannot change is refused', async () => {
  const answer = await putInstance(
    'my-arc',
    (b) => void (b.properties.networkProfile.podCidr = '10.9.0.0/16'),
  );
  assert.equal(answer.status, 400);
  assert.equal(JSON.parse(answer.text).error.code, 'PropertyChangeNotAllowed');
});

test('an instance that is deleted takes its cluster along, and the connected cluster that stays is offline', async () => {
  const running = async () => {
    const { stdout } = await drydock('status', '--json', '--home', estate.home);
    return JSON.parse(stdout).clusters.map(({ name }: { name: string }) => name);
  };
  assert.ok((await running()).includes('my-arc'));
  const path = connectedPath('my-arc');
  const instance = `${path}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default?api-version=2024-01-01`;
  assert.equal((await estate.request('DELETE', instance)).status, 202);
  assert.equal(await ended(instance), undefined);
  assert.ok(!(await running()).includes('my-arc'));
  const connected = await estate.request('GET', `${path}?api-version=2024-01-01`);
  assert.equal(JSON.parse(connected.text).properties.connectivityStatus, 'Offline');
});
