import assert from 'node:assert/strict';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../support/belongings.ts';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

const guide = join(import.meta.dirname, '..', '..', 'docs', 'guides', 'terraform.md');

/** A folder with one configuration, the provider block of the guide, and a server that it is for. */
export class Workspace implements AsyncDisposable {
  readonly subscriptionId: string;
  readonly #folder: string;
  readonly #estate: TestEstate;
  readonly #environment: Record<string, string>;

  private constructor(estate: TestEstate, folder: string, environment: Record<string, string>) {
    this.#estate = estate;
    this.#folder = folder;
    this.#environment = environment;
    this.subscriptionId = String(estate.status['subscriptionId']);
  }

  static async open(configuration: string): Promise<Workspace> {
    const estate = await TestEstate.start();
    const { subscriptionId, tenantId, caFile, resourceManager } = estate.status;
    const made = await estate.succeeds(
      `az ad sp create-for-rbac -n terraform --role Owner --scopes /subscriptions/${subscriptionId} -o json`,
    );
    const { appId, password } = JSON.parse(made.stdout);
    const folder = temporaryFolder('terraform');
    await copyFile(join(import.meta.dirname, configuration), join(folder, configuration));
    await writeFile(join(folder, 'provider.tf'), await providerBlock());
    const settings = join(folder, 'terraform.rc');
    const provider = dirname(process.env['AZURERM_PROVIDER'] ?? '');
    await writeFile(
      settings,
      `provider_installation {\n  dev_overrides {\n    "hashicorp/azurerm" = "${provider}"\n  }\n  direct {}\n}\n`,
    );
    return new Workspace(estate, folder, {
      TF_CLI_CONFIG_FILE: settings,
      SSL_CERT_FILE: String(caFile),
      ARM_METADATA_HOSTNAME: new URL(String(resourceManager)).host,
      ARM_ENVIRONMENT: 'Drydock',
      ARM_TENANT_ID: String(tenantId),
      ARM_SUBSCRIPTION_ID: String(subscriptionId),
      ARM_CLIENT_ID: appId,
      ARM_CLIENT_SECRET: password,
    });
  }

  /** Fails the test with what was printed when the program does: of `plan -detailed-exitcode` also when there are changes. */
  async succeeds(...words: string[]): Promise<string> {
    const program = process.env['TERRAFORM'] ?? 'terraform';
    const { code, stdout, stderr } = await runProgram(
      program,
      [`-chdir=${this.#folder}`, ...words],
      this.#environment,
    );
    assert.equal(code, 0, `${words.join(' ')}: ${stdout}\n${stderr}`);
    return stdout;
  }

  /** Forgets a resource and takes it in again by its id. */
  async importAgain(address: string, id: string, ...options: string[]): Promise<void> {
    await this.succeeds('state', 'rm', address);
    await this.succeeds('import', ...options, address, id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#estate[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What the guide has people write. */
async function providerBlock(): Promise<string> {
  const [, block] = /```hcl\n([\s\S]*?)```/.exec(await readFile(guide, 'utf8')) ?? [];
  assert.ok(block !== undefined, 'the guide has a provider block');
  return block;
}
