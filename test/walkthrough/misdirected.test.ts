import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestEstate } from './estate.ts';

test('a Kubernetes client with the wrong server name, and one of a deleted cluster, are told so', async () => {
  await using estate = await TestEstate.start();
  const kubeconfig = join(estate.home, 'member.yaml');
  await estate.succeeds(`
    az group create -n rg -l eastus >/dev/null
    az aks create -g rg -n aks --node-count 1 --no-ssh-key >/dev/null
    az aks get-credentials -g rg -n aks --file ${kubeconfig} >/dev/null
    kubectl --kubeconfig ${kubeconfig} get namespaces >/dev/null
    kubectl --kubeconfig ${kubeconfig} config view --raw --minify -o jsonpath='{.users[0].user.client-key-data}' |
      base64 -d | grep -q 'BEGIN RSA PRIVATE KEY'`);
  const wrong = await estate.script(
    `kubectl --kubeconfig ${kubeconfig} --tls-server-name localhost get pods`,
  );
  assert.match(wrong.stderr, /tells them apart by the TLS server name/);
  const { status, text } = await estate.request('GET', '/api/v1/pods?api-version=2021-04-01');
  assert.ok(status === 404 && !/TLS server name/.test(text), text);
  await estate.succeeds('az aks delete -g rg -n aks --yes');
  const gone = await estate.script(`kubectl --kubeconfig ${kubeconfig} get pods`);
  assert.match(gone.stderr, /it was deleted, or belongs to another server/);
});
