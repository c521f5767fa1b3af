import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort, holdFunctions, TestEstate } from './estate.ts';

/** What happens to an AKS Arc cluster after it came up: sizes, versions, people and the end. */
let estate: TestEstate;

const variables = `
RG=arc-rg CLUSTER=changing
C=$(az connectedk8s show -n $CLUSTER -g $RG --query id -o tsv)
I="$C/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default?api-version=2024-01-01"
DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
admin() { az aksarc get-credentials -g $RG -n $CLUSTER --admin -f $KUBECONFIG.admin --overwrite-existing >/dev/null; kubectl --kubeconfig $KUBECONFIG.admin "$@"; }
change() {
  az rest --method put --url "$I" --body "$(az rest --method get --url "$I" | python3 -c "import json,sys; b=json.load(sys.stdin); p=b['properties']; $1; print(json.dumps(b))")" -o none
  for _ in $(seq 3000); do [ "$(az rest --method get --url "$I" --query properties.provisioningState -o tsv)" = Succeeded ] && return; sleep 0.1; done; return 1
}
`;

/** From here on the script is somebody else. */
const asKim = `
cp -r $AZURE_CONFIG_DIR $AZURE_CONFIG_DIR.kim-$$; export AZURE_CONFIG_DIR=$AZURE_CONFIG_DIR.kim-$$
az login -u kim@$DOMAIN -p 'Passw0rd!Passw0rd' >/dev/null 2>&1
`;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n arc-rg -l eastus
    drydock infra create -g arc-rg
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    KIM=$(az ad user create --display-name Kim --user-principal-name kim@$DOMAIN --password 'Passw0rd!Passw0rd' --query id -o tsv)
    INNER=$(az ad group create --display-name inner --mail-nickname inner --query id -o tsv)
    OUTER=$(az ad group create --display-name outer --mail-nickname outer --query id -o tsv)
    az ad group member add --group $OUTER --member-id $INNER
    az role assignment create --role Reader --assignee $KIM --scope $(az group show -n arc-rg --query id -o tsv)
    export HOME=$(mktemp -d)
    az aksarc create -g arc-rg -n changing --custom-location $(az customlocation show -n local-cl -g arc-rg --query id -o tsv) --vnet-ids $(az stack-hci-vm network lnet show -n local-lnet -g arc-rg --query id -o tsv) --aad-admin-group-object-ids $OUTER --kubernetes-version 1.30.9 --generate-ssh-keys
    az aksarc create -g arc-rg -n plain --custom-location $(az customlocation show -n local-cl -g arc-rg --query id -o tsv) --vnet-ids $(az stack-hci-vm network lnet show -n local-lnet -g arc-rg --query id -o tsv) --generate-ssh-keys
    rm -r $HOME`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a cluster without a version gets the default one, and its control plane is tainted once', async () => {
  const { stdout } = await estate.succeeds(`
    az aksarc get-credentials -g arc-rg -n plain --admin -f $KUBECONFIG.plain >/dev/null
    kubectl --kubeconfig $KUBECONFIG.plain get nodes --no-headers
    kubectl --kubeconfig $KUBECONFIG.plain get nodes -l node-role.kubernetes.io/control-plane -o jsonpath='{.items[*].spec.taints}'`);
  assert.match(stdout, /Ready +control-plane +\S+ +v1\.3\d\.\d+$/m);
  assert.match(stdout, /^\[\{"effect":"NoSchedule","key":"node-role\.kubernetes\.io\/control-plane"\}\]$/m);
});

test('a second PUT scales pools: nodes appear and disappear, the others stay', async () => {
  const { stdout } = await estate.succeeds(`${variables}
    names() { admin get nodes -o name | sort; }
    names > $KUBECONFIG.before
    change "p['agentPoolProfiles'][0]['count']=3"; names > $KUBECONFIG.three
    change "p['agentPoolProfiles'][0]['count']=1"; names > $KUBECONFIG.after
    wc -l < $KUBECONFIG.three
    comm -23 $KUBECONFIG.before $KUBECONFIG.three | wc -l
    cmp $KUBECONFIG.before $KUBECONFIG.after && echo same`);
  assert.deepEqual(stdout.trim().split('\n'), ['4', '0', 'same']);
});

test('an upgrade to the next minor version moves the version of the nodes; one that skips is refused', async () => {
  const { stdout } = await estate.succeeds(`${variables}
    change "p['kubernetesVersion']='1.31.9'"
    admin get nodes --no-headers
    az connectedk8s show -n $CLUSTER -g $RG --query kubernetesVersion -o tsv`);
  assert.equal(stdout.match(/v1\.31\.9$/gm)?.length, 2);
  assert.match(stdout, /^1\.31\.9$/m);
  const back = await estate.script(`${variables} change "p['kubernetesVersion']='1.28.12'"`);
  assert.notEqual(back.code, 0);
  assert.match(back.stderr, /InvalidKubernetesVersionUpgrade|Downgrad/i);
});

test('who may not list the user credential gets no proxy', async () => {
  const { code, stderr } = await estate.script(`${variables}${asKim}
    az connectedk8s proxy -n $CLUSTER -g $RG --file $KUBECONFIG.kim --port ${await freePort()}`);
  assert.equal(code, 1);
  assert.match(stderr, /AuthorizationFailed/);
  assert.match(stderr, /Microsoft\.Kubernetes\/connectedClusters\/listClusterUserCredential\/action/);
});

test('members of the admin groups, nested ones too, are cluster admins while they are members', async () => {
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}${variables}
    KIM=$(az ad user show --id kim@$DOMAIN --query id -o tsv); ADMIN_DIR=$AZURE_CONFIG_DIR
    az role assignment create --role "Azure Arc Enabled Kubernetes Cluster User Role" --assignee $KIM --scope $C >/dev/null
    ${asKim}
    hold $KUBECONFIG.log 'Press Ctrl+C' az connectedk8s proxy -n $CLUSTER -g $RG --file $KUBECONFIG.kim --port ${port}
    can() { kubectl --kubeconfig $KUBECONFIG.kim get secrets -A >/dev/null 2>&1 && echo yes || echo no; }
    can
    AZURE_CONFIG_DIR=$ADMIN_DIR az ad group member add --group inner --member-id $KIM; can
    AZURE_CONFIG_DIR=$ADMIN_DIR az ad group member remove --group inner --member-id $KIM; can
    release`);
  assert.deepEqual(stdout.trim().split('\n'), ['no', 'yes', 'no']);
});

test('Azure RBAC roles for Arc clusters count once enableAzureRBAC is on', async () => {
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}${variables}
    KIM=$(az ad user show --id kim@$DOMAIN --query id -o tsv); ADMIN_DIR=$AZURE_CONFIG_DIR
    role() { AZURE_CONFIG_DIR=$ADMIN_DIR az role assignment $1 --role "Azure Arc Kubernetes $2" --assignee $KIM --scope $C >/dev/null; }
    rbac() { az rest --method put --url "$C?api-version=2024-01-01" --body "$(az rest --method get --url "$C?api-version=2024-01-01" | python3 -c "import json,sys; b=json.load(sys.stdin); b['properties']['aadProfile']['enableAzureRBAC']=$1; print(json.dumps(b))")" -o none; }
    ${asKim}
    hold $KUBECONFIG.log 'Press Ctrl+C' az connectedk8s proxy -n $CLUSTER -g $RG --file $KUBECONFIG.kim --port ${port}
    can() { kubectl --kubeconfig $KUBECONFIG.kim "$@" >/dev/null 2>&1 && echo yes || echo no; }
    role create Viewer
    echo "off: $(can get pods)"
    (export AZURE_CONFIG_DIR=$ADMIN_DIR; rbac True)
    for _ in $(seq 3000); do [ $(can get pods) = yes ] && break; sleep 0.1; done
    echo "viewer: $(can get pods) $(can get secrets) $(can create configmap a)"
    role delete Viewer; role create Writer
    echo "writer: $(can create configmap b) $(can create role r --verb=get --resource=pods)"
    role delete Writer
    echo "none: $(can get pods)"
    release`);
  assert.deepEqual(stdout.trim().split('\n'), ['off: no', 'viewer: yes no no', 'writer: yes no', 'none: no']);
});

test('an open proxy ends and says why when the role that gave its credential is taken', async () => {
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}${variables}
    KIM=$(az ad user show --id kim@$DOMAIN --query id -o tsv); ADMIN_DIR=$AZURE_CONFIG_DIR
    az role assignment create --role "Azure Arc Enabled Kubernetes Cluster User Role" --assignee $KIM --scope $C >/dev/null 2>&1 || true
    admin create clusterrolebinding kim --clusterrole=view --user=kim@$DOMAIN >/dev/null
    ${asKim}
    hold $KUBECONFIG.log 'Press Ctrl+C' az connectedk8s proxy -n $CLUSTER -g $RG --file $KUBECONFIG.kim --port ${port}
    kubectl --kubeconfig $KUBECONFIG.kim get configmaps -A -w >$KUBECONFIG.watch 2>&1 & watch=$!
    for _ in $(seq 3000); do grep -q kube-root-ca $KUBECONFIG.watch && break; sleep 0.05; done
    AZURE_CONFIG_DIR=$ADMIN_DIR az role assignment delete --role "Azure Arc Enabled Kubernetes Cluster User Role" --assignee $KIM --scope $C
    wait $watch || true
    grep -o 'The connection was closed.*' $KUBECONFIG.log
    kubectl --kubeconfig $KUBECONFIG.kim get nodes --request-timeout=5s 2>&1 | grep -o 'listClusterUserCredential/action' | head -1 || true
    release`);
  assert.match(
    stdout,
    /^The connection was closed: You no longer have the right to list the user credential/,
  );
  assert.match(stdout, /^listClusterUserCredential\/action$/m);
});

test('a cluster that is deleted takes its proxy along, and may be made again', async () => {
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}${variables}
    hold $KUBECONFIG.log 'Press Ctrl+C' az connectedk8s proxy -n $CLUSTER -g $RG --file $KUBECONFIG.gone --port ${port}
    az connectedk8s delete -n $CLUSTER -g $RG --yes 2>&1 | tail -1 || true
    az rest --method delete --url "$C?api-version=2024-01-01" 2>&1 | grep -o '"code":"[A-Za-z]*"' || true
    az aksarc delete -n $CLUSTER -g $RG --yes
    kubectl --kubeconfig $KUBECONFIG.gone get nodes --request-timeout=5s >/dev/null 2>&1 || echo unreachable
    drydock status --json | grep -c '"name": "changing"' || true
    release`);
  assert.match(stdout, /az aksarc delete/);
  assert.match(stdout, /"code":"Conflict"/);
  assert.match(stdout, /^unreachable\n0$/m);
});
