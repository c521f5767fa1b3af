import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** Which clusters take whose Entra tokens. */
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus -o none
    az aks create -g rg -n plain --node-count 1 --no-ssh-key -o none
    az aks create -g rg -n entra --node-count 1 --no-ssh-key --enable-aad -o none`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a cluster takes Entra tokens for its own audience, and none without an Entra profile', async () => {
  const { stdout } = await estate.succeeds(`
    CONFIG=$(mktemp); trap 'rm -f $CONFIG' EXIT
    for cluster in plain entra; do
      az aks get-credentials -g rg -n $cluster --admin --overwrite-existing -f $CONFIG >/dev/null 2>&1
      for audience in 6dae42f8-4368-4678-94ff-3960e28e3630 6256c85f-0aad-4d50-b960-e6e9b21efe35; do
        kubectl --kubeconfig $CONFIG config set-credentials person \
          --token=$(az account get-access-token --resource $audience --query accessToken -o tsv) >/dev/null
        kubectl --kubeconfig $CONFIG --user=person auth whoami -o jsonpath='{.status.userInfo.username}{"\\n"}' 2>&1 |
          grep -o 'Unauthorized\\|@' || true
      done
    done`);
  assert.deepEqual(stdout.trim().split('\n'), ['Unauthorized', 'Unauthorized', '@', 'Unauthorized']);
});
