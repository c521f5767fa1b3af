import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestEstate } from './estate.ts';

test('the create forms of the pages lead to an AKS Arc cluster, and delete takes it away', async () => {
  await using estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(`
    az group create -n rg -l eastus >/dev/null
    drydock infra create -g rg >/dev/null
    BRIDGE=$(az resource list -g rg --query "[?type=='Microsoft.ResourceConnector/appliances'].id | [0]" -o tsv)
    az customlocation create -n cl -g rg --namespace cl --host-resource-id $BRIDGE --cluster-extension-ids $BRIDGE/providers/Microsoft.KubernetesConfiguration/extensions/aks -l eastus >/dev/null
    CL=$(az customlocation show --name cl --resource-group rg --query id -o tsv)
    az stack-hci-vm network lnet create --resource-group rg --custom-location $CL --name lnet --vm-switch-name Switch --ip-allocation-method Static --address-prefixes 10.220.32.16/24 --gateway 10.220.32.1 --dns-servers 10.220.32.17 --ip-pool-start 10.220.32.18 --ip-pool-end 10.220.32.38 -l eastus >/dev/null
    LNET=$(az stack-hci-vm network lnet show --resource-group rg --name lnet --query id -o tsv)
    az customlocation patch -n cl -g rg --display-name Shown --tags team=a --query '[displayName,namespace,tags.team]' -o tsv | tr '\\n\\t' '  '; echo
    az customlocation update -n cl -g rg --namespace cl --host-resource-id $BRIDGE --cluster-extension-ids $BRIDGE/providers/Microsoft.KubernetesConfiguration/extensions/aks -l eastus --query '[displayName,tags]' -o json | tr -d ' \\n'; echo
    az stack-hci-vm network lnet update -g rg -n lnet --tags team=b --query '[tags.team,properties.vmSwitchName]' -o tsv | tr '\\n\\t' '  '; echo
    GROUP=$(az ad group create --display-name admins --mail-nickname admins --query id -o tsv)
    export HOME=$(mktemp -d)
    az aksarc create -n arc -g rg --custom-location $CL --vnet-ids $LNET --aad-admin-group-object-ids $GROUP --generate-ssh-keys --query properties.provisioningState -o tsv 2>/dev/null
    az aksarc get-credentials -n arc -g rg --admin --file $HOME/config >/dev/null 2>&1
    kubectl --kubeconfig $HOME/config get nodes --no-headers
    az aksarc delete -n arc -g rg --yes
    echo "left: $(az connectedk8s list -g rg --query 'length(@)' -o tsv)"
    rm -r $HOME`);
  assert.match(stdout, /^Succeeded$/m);
  assert.match(stdout, /^moc-l\w{10} +Ready +control-plane +\S+ +v1\.\d+\.\d+$/m);
  assert.match(stdout, /^moc-l\w{10} +Ready +<none> /m);
  assert.match(stdout, /^left: 0$/m);
  assert.match(stdout, /^Shown cl a *$/m);
  assert.match(stdout, /^\["cl",(null|\{\})\]$/m);
  assert.match(stdout, /^b Switch *$/m);
});

test('a connected cluster that is a record alone is updated, and what agents inside it would do is refused with the reason', async () => {
  await using estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(`
    az group create -n rg -l eastus >/dev/null
    C=$(az group show -n rg --query id -o tsv)/providers/Microsoft.Kubernetes/connectedClusters
    put() { az rest -m put -u "$C/$1?api-version=2024-01-01" -b '{"location":"eastus",'$2'"identity":{"type":"SystemAssigned"},"properties":{"agentPublicKeyCertificate":""}}' >/dev/null; }
    put plain ''; put made '"kind":"ProvisionedCluster",'
    az connectedk8s update -g rg -n plain --tags team=a --azure-hybrid-benefit True --distribution k3s >/dev/null
    az connectedk8s update -g rg -n plain --distribution-version 1.2 --query '[tags.team,azureHybridBenefit,distribution,distributionVersion,provisioningState]' -o tsv | tr '\\n\\t' '  '; echo
    az connectedk8s update -g rg -n plain --tags >/dev/null; az connectedk8s show -g rg -n plain --query 'tags' -o json
    said() { "$@" 2>&1 >/dev/null | grep ERROR || true; }
    said az connectedk8s update -g rg -n plain
    said az connectedk8s update -g rg -n made --tags a=b
    said az connectedk8s upgrade -g rg -n plain
    said az connectedk8s enable-features -g rg -n plain --features azure-rbac
    said az connectedk8s connect -g rg -n plain`);
  assert.match(stdout, /^a True k3s 1\.2 Succeeded *$/m);
  assert.match(stdout, /^\{\}$/m);
  assert.match(stdout, /No parmeters were specified/);
  assert.match(stdout, /Updating a Provisioned Cluster is not supported/);
  assert.equal(stdout.match(/'plain' is a record: Drydock runs no Arc agents/g)?.length, 2);
  assert.match(stdout, /Connecting a cluster is not built in Drydock/);
});
