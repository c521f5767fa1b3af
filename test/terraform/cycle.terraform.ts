import assert from 'node:assert/strict';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

/** Exit codes of `plan -detailed-exitcode`. */
const noChanges = 0;

test('azurerm makes, keeps, changes and destroys networks, clusters, pools, fleets and roles', async () => {
  await using estate = await TestEstate.start();
  const { subscriptionId, tenantId, caFile, resourceManager } = estate.status;
  const made = await estate.succeeds(
    `az ad sp create-for-rbac -n terraform --role Owner --scopes /subscriptions/${subscriptionId} -o json`,
  );
  const { appId, password } = JSON.parse(made.stdout);
  const folder = temporaryFolder('terraform');
  try {
    await copyFile(join(import.meta.dirname, 'estate.tf'), join(folder, 'estate.tf'));
    const provider = dirname(process.env['AZURERM_PROVIDER'] ?? '');
    const settings = join(folder, 'terraform.rc');
    await writeFile(
      settings,
      `provider_installation {\n  dev_overrides {\n    "hashicorp/azurerm" = "${provider}"\n  }\n  direct {}\n}\n`,
    );
    const terraform = (...words: string[]) =>
      runProgram('terraform', [`-chdir=${folder}`, ...words, '-no-color'], {
        TF_CLI_CONFIG_FILE: settings,
        SSL_CERT_FILE: String(caFile),
        ARM_METADATA_HOSTNAME: new URL(String(resourceManager)).host,
        ARM_ENVIRONMENT: 'Drydock',
        ARM_TENANT_ID: String(tenantId),
        ARM_SUBSCRIPTION_ID: String(subscriptionId),
        ARM_CLIENT_ID: appId,
        ARM_CLIENT_SECRET: password,
      });
    const succeeds = async (...words: string[]) => {
      const finished = await terraform(...words);
      assert.equal(finished.code, noChanges, `${words.join(' ')}: ${finished.stdout}\n${finished.stderr}`);
    };
    await succeeds('apply', '-auto-approve');
    await succeeds('plan', '-detailed-exitcode');
    await succeeds('apply', '-auto-approve', '-var', 'tag=two');
    await succeeds('plan', '-detailed-exitcode', '-var', 'tag=two');
    await succeeds('destroy', '-auto-approve', '-var', 'tag=two');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
