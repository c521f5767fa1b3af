import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestEstate } from './estate.ts';

test('readiness and metrics of the server and of its clusters tell how late the event loop is', async () => {
  await using estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(
    `
    curl -s --cacert "$CA" "$SERVER/readyz?verbose"
    curl -s --cacert "$CA" "$SERVER/metrics" | grep drydock_event_loop_delay_seconds
    az group create -n rg -l eastus >/dev/null
    az aks create -g rg -n aks --node-count 1 --no-ssh-key >/dev/null
    az aks get-credentials -g rg -n aks --file "$HOME_FOLDER/kube.yaml" >/dev/null
    kubectl --kubeconfig "$HOME_FOLDER/kube.yaml" get --raw '/readyz?verbose'`
      .replaceAll('$HOME_FOLDER', estate.home)
      .replaceAll('$CA', String(estate.status['caFile']))
      .replaceAll('$SERVER', String(estate.status['resourceManager'])),
  );
  const lines = stdout.split('\n');
  assert.equal(lines.filter((line) => line === '[+]event-loop ok').length, 2, stdout);
  assert.equal(lines.filter((line) => line === 'readyz check passed').length, 2, stdout);
  for (const quantile of ['0.5', '0.9', '0.99', '1'])
    assert.match(stdout, new RegExp(`delay_seconds\\{quantile="${quantile}"\\} \\d`));
});
