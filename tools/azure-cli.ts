import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs the tests that drive the unmodified azure-cli; installs it into a folder of ours the first time. */
const version = '2.91.0';
const root = join(import.meta.dirname, '..');
const folder = join(root, 'node_modules', '.cache', 'azure-cli');
const programs = join(folder, 'bin');

function run(
  command: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): number {
  return spawnSync(command, words, { stdio: 'inherit', env: environment, cwd: root }).status ?? 1;
}

if (spawnSync('python3', ['--version']).status !== 0) {
  process.stderr.write(
    'test:az needs Python 3 on PATH: azure-cli is a Python program. Nothing was tested.\n',
  );
  process.exit(1);
}
const marker = join(programs, 'az');
if (!existsSync(marker)) {
  process.stdout.write(`Installing azure-cli ${version} from PyPI (first run, some minutes) ...\n`);
  const packages = [`azure-cli==${version}`, 'azure-mgmt-hybridcontainerservice==1.0.0'];
  const failed =
    run('python3', ['-m', 'venv', folder]) ||
    run(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
  if (failed) process.exit(failed);
}
const environment = { ...process.env, PATH: `${programs}${delimiter}${process.env['PATH']}` };
process.exit(run(process.execPath, ['--test', '--test-timeout=1200000', 'test/az/*.az.ts'], environment));
