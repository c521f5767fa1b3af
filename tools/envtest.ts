import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Runs a Go suite written for controller-runtime's envtest against our stand-ins. */
const root = join(import.meta.dirname, '..');
const [folder, ...packages] = process.argv.slice(2);

function refuse(message: string): never {
  process.stderr.write(`test:envtest: ${message} Nothing was tested.\n`);
  process.exit(1);
}

if (!folder) refuse('name the folder of the unpacked suite: npm run test:envtest -- DIR [PACKAGE...].');
if (!existsSync(join(folder, 'go.mod'))) refuse(`${resolve(folder)} holds no Go module.`);
if (spawnSync('go', ['version']).status !== 0) refuse('Go was not found on PATH.');
const made = spawnSync(join(root, 'bin', 'drydock'), ['envtest'], { encoding: 'utf8' });
if (made.status !== 0) refuse(made.stderr.trim());
const assets = made.stdout.trim().split('\n').at(-1) ?? '';
const wanted = packages.length > 0 ? packages : ['./test/apis/...'];
const suite = spawnSync('go', ['test', '-timeout', '30m', ...wanted], {
  cwd: folder,
  stdio: 'inherit',
  env: { ...process.env, KUBEBUILDER_ASSETS: assets },
});
process.exit(suite.status ?? 1);
