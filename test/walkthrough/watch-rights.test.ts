import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** A watch of a cluster that an Azure role allowed. */
let estate: TestEstate;
const person = 'watcher@drydock.onmicrosoft.localhost';

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus -o none
    az aks create -g rg -n c --node-count 1 --no-ssh-key --enable-aad --enable-azure-rbac -o none
    az ad user create --display-name w --user-principal-name ${person} --password 'Watcher-12345' -o none
    AKS=$(az aks show -g rg -n c --query id -o tsv)
    az role assignment create --role 'Azure Kubernetes Service Cluster User Role' --assignee ${person} --scope $AKS -o none
    az role assignment create --role 'Azure Kubernetes Service RBAC Reader' --assignee ${person} --scope $AKS -o none`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a watch ends when the role assignment that allowed it is deleted', async () => {
  // kubectl goes on until the server ends the watch.
  const { stdout } = await estate.succeeds(`
    AKS=$(az aks show -g rg -n c --query id -o tsv)
    OWN=$(mktemp -d); cp -r $AZURE_CONFIG_DIR/. $OWN; CONFIG=$OWN/config
    (
      export AZURE_CONFIG_DIR=$OWN KUBECONFIG=$CONFIG
      az login -u ${person} -p 'Watcher-12345' -o none 2>/dev/null
      az aks get-credentials -g rg -n c -f $CONFIG 2>/dev/null
    )
    touch $OWN/seen
    AZURE_CONFIG_DIR=$OWN kubectl --kubeconfig $CONFIG get configmaps -n default -w -o name > $OWN/seen 2>&1 &
    WATCH=$!
    until grep -q kube-root-ca.crt $OWN/seen; do sleep 0.1; done
    az role assignment delete --assignee ${person} --role 'Azure Kubernetes Service RBAC Reader' --scope $AKS
    wait $WATCH || true
    AZURE_CONFIG_DIR=$OWN kubectl --kubeconfig $CONFIG get configmaps -n default >$OWN/after 2>&1 || true
    grep -o Forbidden $OWN/after
    rm -rf $OWN`);
  assert.equal(stdout.trim(), 'Forbidden');
});
