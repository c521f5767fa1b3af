import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startEtcd } from '../support/etcd.ts';
import { drydock, TestEstate } from '../walkthrough/estate.ts';

const etcd = await startEtcd();
after(() => etcd.stop());

test('an estate on etcd is found whole by the next start, and goes on when etcd comes back', async () => {
  const estate = await TestEstate.start('--store', 'etcd', '--etcd-endpoints', etcd.endpoint);
  await estate.succeeds('az group create -n kept -l eastus; drydock down');
  const up = await drydock('up', '--detach', '--home', estate.home, '--port', '0');
  assert.equal(up.code, 0, up.stderr);
  const { stdout } = await estate.succeeds('az group list --query "[].name" -o tsv');
  assert.equal(stdout, 'kept\n');
  await etcd.kill();
  const failed = await estate.script('az group create -n lost -l eastus');
  assert.notEqual(failed.code, 0);
  assert.match(failed.stderr, /etcd/);
  await etcd.start();
  const again = await estate.succeeds(
    'until az group create -n later -l eastus >&2; do sleep 1; done; az group list --query "sort([].name)" -o tsv',
  );
  assert.equal(again.stdout, 'kept\nlater\n');
  await estate[Symbol.asyncDispose]();
});
