import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    az aks create -g rg -n c --node-count 1 --no-ssh-key
    az aks get-credentials -g rg -n c --admin --file $KUBECONFIG.old
    kubectl --kubeconfig $KUBECONFIG.old create configmap kept --from-literal=a=b
    kubectl --kubeconfig $KUBECONFIG.old create serviceaccount robot
    kubectl --kubeconfig $KUBECONFIG.old create token robot > $KUBECONFIG.token`);
});

after(() => estate?.[Symbol.asyncDispose]());

const bearer = (token: string) =>
  `kubectl --kubeconfig $KUBECONFIG.token-only --token "$(cat ${token})" auth whoami -o jsonpath='{.status.userInfo.username}' 2>&1 || true`;
/** The cluster's address without anybody's certificate. */
const tokenOnly = `
  cp $KUBECONFIG.now $KUBECONFIG.token-only
  kubectl --kubeconfig $KUBECONFIG.token-only config delete-user clusterAdmin_rg_c >/dev/null
  kubectl --kubeconfig $KUBECONFIG.token-only config set-context c --user= >/dev/null`;

test('rotated certificates replace those of before, which nobody takes any more, also after a restart', async () => {
  await estate.succeeds('az aks rotate-certs -g rg -n c --yes');
  const check = async (first: boolean) => {
    const { stdout } = await estate.succeeds(`
      ${first ? 'az aks get-credentials -g rg -n c --admin --file $KUBECONFIG.now' : ''}
      kubectl --kubeconfig $KUBECONFIG.old get configmap kept 2>&1 || true
      kubectl --kubeconfig $KUBECONFIG.now get configmap kept -o jsonpath='{.data.a}'`);
    assert.match(stdout, /(logged in|Unauthorized|certificate|provide credentials)[^\n]*\nb$/, stdout);
  };
  await check(true);
  await estate.restart();
  await check(false);
});

test('rotated signing keys of service accounts end the tokens of before, also after a restart', async () => {
  const before = await estate.succeeds(`${tokenOnly}\n${bearer('$KUBECONFIG.token')}`);
  assert.match(before.stdout, /system:serviceaccount:default:robot/);
  await estate.succeeds('az aks oidc-issuer rotate-signing-keys -g rg -n c --yes');
  await estate.succeeds('kubectl --kubeconfig $KUBECONFIG.now create token robot > $KUBECONFIG.fresh');
  const check = async () => {
    const old = await estate.succeeds(bearer('$KUBECONFIG.token'));
    assert.match(old.stdout, /logged in|Unauthorized|provide credentials/);
    const fresh = await estate.succeeds(bearer('$KUBECONFIG.fresh'));
    assert.equal(fresh.stdout, 'system:serviceaccount:default:robot');
  };
  await check();
  await estate.restart();
  await check();
});

test('az aks command invoke prints what kubectl printed, attaches files, and its result is read again', async () => {
  const { stdout } = await estate.succeeds(`
    cd $(mktemp -d)
    echo '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"sent"}}' > a.json
    az aks command invoke -g rg -n c -c "kubectl apply -f a.json" -f a.json
    ID=$(az aks command invoke -g rg -n c -c "kubectl get cm sent -o name" --no-wait | grep -o 'id: [0-9a-f]*' | cut -d' ' -f2)
    until az aks command result -g rg -n c -i $ID -o json | grep -q Succeeded; do sleep 0.2; done
    az aks command result -g rg -n c -i $ID --query logs -o tsv`);
  assert.match(
    stdout,
    /^command started at 20\d\d-[^\n]+\+00:00, finished at 20\d\d-[^\n]+\+00:00 with exitcode=0\nconfigmap\/sent created\n/,
  );
  assert.match(stdout, /configmap\/sent\n/);
  const refused = await estate.script('az aks command invoke -g rg -n c -c "helm list"');
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /ERROR: \(InvalidParameter\).*'helm' is not run here/);
});
