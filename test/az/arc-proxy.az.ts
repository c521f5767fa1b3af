import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/cli/program/package.ts';
import { freePort, runProgram, TestEstate } from '../walkthrough/estate.ts';

test('kubectl comes through the proxy that az hands an Arc cluster and its own token to', async () => {
  await using estate = await TestEstate.start();
  const made = await estate.succeeds(`
    az group create -n rg -l eastus >/dev/null
    drydock infra create -g rg >/dev/null
    export HOME=$(mktemp -d)
    az aksarc create -n edge -g rg --custom-location $(az customlocation show -n local-cl -g rg --query id -o tsv) --vnet-ids $(az stack-hci-vm network lnet show -n local-lnet -g rg --query id -o tsv) --aad-admin-group-object-ids $(az ad group create --display-name admins --mail-nickname admins --query id -o tsv) --generate-ssh-keys >/dev/null
    az ad group member add --group admins --member-id $(az ad signed-in-user show --query id -o tsv)
    az connectedk8s show -n edge -g rg --query id -o tsv`);
  const launcher = join(packageFolder, 'bin', 'drydock');
  const system = (verb: string) => [verb, '--az', 'system', '--home', estate.home];
  assert.equal((await runProgram(launcher, system('env'))).code, 0);
  const folder = join(estate.home, 'cli', 'person', '.clientproxy');
  const [program = ''] = readdirSync(folder).filter((name) => name.startsWith('arcProxy_'));
  const ports = [String(await freePort()), String(await freePort())];
  const script = join(import.meta.dirname, 'arc_proxy.py');
  const words = ['--', 'python3', script, join(folder, program), made.stdout.trim(), ...ports];
  const { code, stdout, stderr } = await runProgram(launcher, [...system('exec'), ...words]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^moc-l\w{10} +Ready +control-plane /m);
});
