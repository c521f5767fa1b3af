import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** Roles of a fleet, each given to a service principal of its own, as kubectl meets them on the hub and on a member. */
let estate: TestEstate;

const roles = {
  reader: ['Azure Kubernetes Fleet Manager RBAC Reader', ''],
  writer: ['Azure Kubernetes Fleet Manager RBAC Writer', '/managedNamespaces/team'],
  admin: ['Azure Kubernetes Fleet Manager RBAC Admin', '/namespaces/team'],
  clusterAdmin: ['Azure Kubernetes Fleet Manager RBAC Cluster Admin', ''],
  memberReader: ['Azure Kubernetes Fleet Manager RBAC Reader for Member Clusters', '/managedNamespaces/team'],
  memberWriter: ['Azure Kubernetes Fleet Manager RBAC Writer for Member Clusters', '/managedNamespaces/team'],
  memberAdmin: ['Azure Kubernetes Fleet Manager RBAC Admin for Member Clusters', '/managedNamespaces/team'],
  memberClusterAdmin: ['Azure Kubernetes Fleet Manager RBAC Cluster Admin for Member Clusters', ''],
} as const;

/** What is asked, in order; `yes` is y, `no` is n in the answers. */
const questions = [
  'get configmaps -n team',
  'create deployments.apps -n team',
  'get secrets -n team',
  'create roles.rbac.authorization.k8s.io -n team',
  'update resourcequotas -n team',
  'delete networkpolicies.networking.k8s.io -n team',
  'get configmaps -n other',
  'create namespaces',
];

const prepare = `
export HUB=$KUBECONFIG.hub M=$KUBECONFIG.m
answers() { while read -r q; do kubectl --kubeconfig $1 --token $2 auth can-i $q 2>/dev/null | cut -c1 || true; done < $KUBECONFIG.questions | tr -d '\\n'; }
as() { OWN=$(mktemp -d); cp -r $AZURE_CONFIG_DIR/. $OWN; AZURE_CONFIG_DIR=$OWN az login --service-principal -u $1 -p $2 --tenant $3 --allow-no-subscriptions -o none 2>/dev/null; AZURE_CONFIG_DIR=$OWN az account get-access-token --resource 6dae42f8-4368-4678-94ff-3960e28e3630 --query accessToken -o tsv; rm -rf $OWN; }
`;

before(async () => {
  estate = await TestEstate.start();
  const assigned = Object.entries(roles).map(([name, [role, below]]) => `give ${name} '${role}' "${below}"`);
  await estate.succeeds(`${prepare}
    printf '%s\\n' ${questions.map((one) => `'${one}'`).join(' ')} > $KUBECONFIG.questions
    az group create -n rg -l eastus -o none
    az fleet create -g rg -n fleet --enable-hub -o none
    az aks create -g rg -n m --node-count 1 --no-ssh-key --enable-aad --enable-azure-rbac -o none
    az fleet member create -g rg -f fleet -n m --member-cluster-id $(az aks show -g rg -n m --query id -o tsv) -o none
    az fleet namespace create -g rg -f fleet -n team --cpu-limits 1 --ingress-policy DenyAll --member-cluster-names m -o none
    FLEET=$(az fleet show -g rg -n fleet --query id -o tsv)
    give() {
      read -r ID SECRET TENANT <<< "$(az ad sp create-for-rbac -n $1 --query '[appId, password, tenant]' -o tsv 2>/dev/null | tr '\\n' ' ')"
      az role assignment create --role "$2" --assignee $ID --scope "$FLEET$3" -o none
      as $ID $SECRET $TENANT > $KUBECONFIG.token-$1
    }
    ${assigned.join('\n')}
    az fleet get-credentials -g rg -n fleet --file $HUB >/dev/null
    az aks get-credentials -g rg -n m --file $M 2>/dev/null`);
});

after(() => estate?.[Symbol.asyncDispose]());

async function answers(kubeconfig: string): Promise<Record<string, string>> {
  const names = Object.keys(roles);
  const { stdout } = await estate.succeeds(`${prepare}
    for name in ${names.join(' ')}; do echo $name $(answers ${kubeconfig} $(cat $KUBECONFIG.token-$name)); done`);
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );
}

test('roles of a fleet decide on its hub as their definitions say, and those for members do not', async () => {
  assert.deepEqual(await answers('$HUB'), {
    reader: 'ynnnnnyn',
    writer: 'yyynnnnn',
    admin: 'yyyynynn',
    clusterAdmin: 'yyyyyyyy',
    memberReader: 'nnnnnnnn',
    memberWriter: 'nnnnnnnn',
    memberAdmin: 'nnnnnnnn',
    memberClusterAdmin: 'nnnnnnnn',
  });
});

test('roles of a fleet for its members decide on them, and those for the hub do not', async () => {
  assert.deepEqual(await answers('$M'), {
    reader: 'nnnnnnnn',
    writer: 'nnnnnnnn',
    admin: 'nnnnnnnn',
    clusterAdmin: 'nnnnnnnn',
    memberReader: 'ynnnnnnn',
    memberWriter: 'yyynnynn',
    memberAdmin: 'yyyynynn',
    memberClusterAdmin: 'yyyyyyyy',
  });
});

test('whoever may do all in a managed namespace changes neither its quota nor its network policy', async () => {
  const { stdout } = await estate.succeeds(`${prepare}
    for who in memberAdmin memberClusterAdmin; do
      as_() { kubectl --kubeconfig $M --token $(cat $KUBECONFIG.token-$who) "$@"; }
      as_ -n team delete networkpolicy default 2>&1 | grep -c 'ARM managed resources is forbidden' || true
    done
    kubectl --kubeconfig $M --token $(cat $KUBECONFIG.token-memberClusterAdmin) -n team patch resourcequota default --type merge -p '{"spec":{"hard":{"limits.cpu":"9"}}}' 2>&1 | grep -c 'ARM managed resources is forbidden' || true`);
  assert.equal(stdout, '1\n1\n1\n');
});

test('a cluster that leaves its fleet takes none of the fleet rights with it, and is its own again', async () => {
  const { stdout } = await estate.succeeds(`${prepare}
    az fleet member delete -g rg -f fleet -n m --yes
    echo $(answers $M $(cat $KUBECONFIG.token-memberClusterAdmin))
    az aks get-credentials -g rg -n m --admin --file $M.admin 2>/dev/null
    kubectl --kubeconfig $M.admin get validatingadmissionpolicies -o name
    kubectl --kubeconfig $M.admin -n team delete networkpolicy default -o name`);
  assert.equal(stdout, 'nnnnnnnn\nnetworkpolicy.networking.k8s.io/default\n');
});
