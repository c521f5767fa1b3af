import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

test('every operation of the Python SDK for AKS Arc does what it is for, with its own poller', async () => {
  await using estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(`
    az group create -n rg -l eastus >&2
    drydock infra create -g rg >&2
    SUB=$(az account show --query id -o tsv)
    CC=/subscriptions/$SUB/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/arc
    az rest --method put --url "$CC?api-version=2024-01-01" --body '{"location":"eastus","kind":"ProvisionedCluster","identity":{"type":"SystemAssigned"},"properties":{"agentPublicKeyCertificate":""}}' >&2
    HOME=$(mktemp -d); mkdir $HOME/.ssh; az sshkey create -g rg -n key -l eastus >&2
    az account get-access-token --query accessToken -o tsv
    echo $SUB
    echo $CC
    az customlocation show -n local-cl -g rg --query id -o tsv
    az stack-hci-vm network lnet show --name local-lnet -g rg --query id -o tsv
    az sshkey show -g rg -n key --query publicKey -o tsv`);
  const [token, subscription, connected, customLocation, logicalNetwork, key] = stdout.trim().split('\n');
  const finished = await runProgram('python3', [join(import.meta.dirname, 'hybrid_container_service.py')], {
    REQUESTS_CA_BUNDLE: String(estate.status['caFile']),
    RESOURCE_MANAGER: String(estate.status['resourceManager']),
    TOKEN: token,
    SUBSCRIPTION: subscription,
    CONNECTED_CLUSTER: connected,
    CUSTOM_LOCATION: customLocation,
    LOGICAL_NETWORK: logicalNetwork,
    SSH_KEY: key,
  });
  assert.equal(finished.code, 0, finished.stderr);
  assert.equal(finished.stdout, 'done\n');
});
