import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

test('the Azure SDKs for JavaScript drive the same resources with their own pollers', async () => {
  await using estate = await TestEstate.start();
  const finished = await runScenario(estate, 'azure-scenario.ts');
  assert.equal(finished.stdout, 'done\n', finished.stderr);
  assert.equal(finished.code, 0);
});

test('the ContainerService SDK does with a cluster what can be done with one', async () => {
  await using estate = await TestEstate.start();
  const finished = await runScenario(estate, 'container-service-scenario.ts');
  assert.equal(finished.code, 0, finished.stderr);
});

test('every operation of the SDKs for connected clusters and custom locations does what it is for', async () => {
  await using estate = await TestEstate.start();
  const finished = await runScenario(estate, 'arc-scenario.ts');
  assert.equal(finished.stdout, 'done\n', finished.stderr);
  assert.equal(finished.code, 0);
});

/** Runs a scenario as a service principal that owns the subscription. */
async function runScenario(estate: TestEstate, file: string) {
  const { subscriptionId, tenantId, caFile, resourceManager, login } = estate.status;
  const made = await estate.succeeds(
    `az ad sp create-for-rbac -n sdk --role Owner --scopes /subscriptions/${subscriptionId} -o json`,
  );
  const principal = await estate.succeeds('az ad signed-in-user show --query id -o tsv');
  const { appId, password } = JSON.parse(made.stdout);
  return runProgram(process.execPath, [join(import.meta.dirname, file)], {
    NODE_EXTRA_CA_CERTS: String(caFile),
    RESOURCE_MANAGER: String(resourceManager),
    LOGIN: String(login),
    SUBSCRIPTION: String(subscriptionId),
    TENANT: String(tenantId),
    APPLICATION: appId,
    SECRET: password,
    PRINCIPAL: principal.stdout.trim(),
  });
}
