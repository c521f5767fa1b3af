import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort, holdFunctions, TestEstate } from './estate.ts';

/** Watches that go on through an Arc proxy, and straight to a cluster, until what allowed them is gone. */
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    drydock infra create -g rg
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    KIM=$(az ad user create --display-name Kim --user-principal-name kim@$DOMAIN --password 'Passw0rd!Passw0rd' --query id -o tsv)
    ADMINS=$(az ad group create --display-name admins --mail-nickname admins --query id -o tsv)
    az ad group member add --group $ADMINS --member-id $KIM
    az role assignment create --role Reader --assignee $KIM --scope $(az group show -n rg --query id -o tsv)
    export HOME=$(mktemp -d)
    az aksarc create -g rg -n edge --custom-location $(az customlocation show -n local-cl -g rg --query id -o tsv) --vnet-ids $(az stack-hci-vm network lnet show -n local-lnet -g rg --query id -o tsv) --aad-admin-group-object-ids $ADMINS --generate-ssh-keys
    az aks create -g rg -n open --node-count 1 --no-ssh-key
    rm -r $HOME`);
});

after(() => estate?.[Symbol.asyncDispose]());

/** `watching CONFIG` returns once a watch shows what there is; `over` once it has ended. */
const watchFunctions = `
watching() {
  : >$log.seen
  kubectl --kubeconfig $1 get configmaps -n default -w -o name >$log.seen 2>&1 & watch=$!
  for _ in $(seq 3000); do grep -q kube-root-ca.crt $log.seen && return 0; sleep 0.05; done
  cat $log.seen $log >&2; return 1
}
over() { wait $watch || true; }
`;

test('a watch through an Arc proxy ends with the connection, whatever is taken away', async () => {
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}${watchFunctions}
    S=/subscriptions/$(az account show --query id -o tsv)
    C=$(az connectedk8s show -n edge -g rg --query id -o tsv)
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    KIM=$(az ad user show --id kim@$DOMAIN --query id -o tsv)
    log=$(mktemp); mkdir $log.kim; cp -r $AZURE_CONFIG_DIR/. $log.kim
    role() { echo "{\\"Name\\":\\"Relay user\\",\\"Description\\":\\"Relays\\",\\"Actions\\":[$1],\\"AssignableScopes\\":[\\"$S\\"]}" > $log.role; }
    may='"Microsoft.Kubernetes/connectedClusters/read","Microsoft.Kubernetes/connectedClusters/listClusterUserCredential/action"'
    role "$may"; az role definition create --role-definition @$log.role >/dev/null
    az role assignment create --role 'Relay user' --assignee $KIM --scope $C >/dev/null
    enable() {
      az rest -m patch -u "${estate.status['graph']}/v1.0/users/$KIM" --resource "${estate.status['graph']}" --body "{\\"accountEnabled\\":$1}"
    }
    AZURE_CONFIG_DIR=$log.kim az login -u kim@$DOMAIN -p 'Passw0rd!Passw0rd' >/dev/null 2>&1
    AZURE_CONFIG_DIR=$log.kim hold $log 'Press Ctrl' az connectedk8s proxy -n edge -g rg --file $log.config --port ${port}
    export AZURE_ADMIN=$AZURE_CONFIG_DIR
    as_kim() { AZURE_CONFIG_DIR=$log.kim watching $log.config; }
    reason() { echo "$1: $(grep -ao 'connection was closed: .*' $log | tail -1)"; : >$log; }
    as_kim; role '"Microsoft.Kubernetes/connectedClusters/read"'; az role definition update --role-definition @$log.role >/dev/null; over; reason definition
    role "$may"; az role definition update --role-definition @$log.role >/dev/null
    as_kim; enable false; over; reason account
    enable true
    as_kim; az role assignment delete --role 'Relay user' --assignee $KIM --scope $C; over; reason assignment
    kill -INT $held; wait $held || true`);
  const lines = stdout.trim().split('\n');
  assert.match(lines[0] ?? '', /^definition: .*no longer have the right to list the user credential/);
  assert.match(lines[1] ?? '', /^account: .*(account was disabled or deleted|connection was closed)/);
  assert.match(lines[2] ?? '', /^assignment: .*no longer have the right to list the user credential/);
  assert.equal(lines.length, 3, stdout);
});

test('a watch by certificate ends when the local accounts of its cluster are switched off, and opens nothing then', async () => {
  const { stdout } = await estate.succeeds(`${watchFunctions}
    log=$(mktemp)
    az aks get-credentials -g rg -n open --admin -f $log.config >/dev/null 2>&1
    A="$(az aks show -g rg -n open --query id -o tsv)?api-version=2025-05-01"
    watching $log.config
    az rest --method get --url "$A" | python3 -c "import json,sys; b=json.load(sys.stdin); b['properties']['disableLocalAccounts']=True; b['properties']['aadProfile']={'managed':True}; json.dump({k:b[k] for k in ('location','identity','properties','sku') if k in b}, sys.stdout)" > $log.body
    az rest --method put --url "$A" --body @$log.body -o none
    over
    kubectl --kubeconfig $log.config get configmaps 2>&1 || true`);
  assert.match(stdout, /Unauthorized|must be logged in|provide credentials/i);
});
