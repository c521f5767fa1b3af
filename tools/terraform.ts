import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * Runs configurations through Terraform's own azurerm: made, planned again without a change, changed, imported, destroyed.
 * The provider is one that was built or downloaded before: nothing is fetched here. The program is `TERRAFORM`, else
 * `terraform`, else `tofu`, of PATH.
 */
const [given] = process.argv.slice(2);
const root = join(import.meta.dirname, '..');
const named = process.env['TERRAFORM'];
const program = (named === undefined ? ['terraform', 'tofu'] : [named]).find(
  (name) => spawnSync(name, ['version']).status === 0,
);
const missing = [
  ...(program === undefined ? [`${named ?? 'terraform or tofu'} on PATH`] : []),
  ...(given !== undefined && existsSync(given) && basename(given).startsWith('terraform-provider-azurerm')
    ? []
    : ['the path of a program terraform-provider-azurerm: npm run test:terraform -- PATH']),
];
if (missing.length > 0 || given === undefined || program === undefined) {
  process.stderr.write(`test:terraform needs ${missing.join(' and ')}. Nothing was tested.\n`);
  process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-timeout=1800000', 'test/terraform/cycle.terraform.ts'],
  {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, AZURERM_PROVIDER: resolve(given), TERRAFORM: program },
  },
);
process.exit(status ?? 1);
