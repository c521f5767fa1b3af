import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { runProgram } from '../walkthrough/estate.ts';

const root = join(import.meta.dirname, '..', '..');
const { execPath } = process;

test('the compiled package starts a server, and its types stand by themselves', async () => {
  const project = temporaryFolder('package');
  const modules = join(project, 'node_modules');
  const installed = join(modules, 'drydock');
  mkdirSync(modules);
  const others = readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.'));
  for (const name of others) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  const built = await runProgram(execPath, [join(root, 'tools', 'build.ts'), join(installed, 'dist')]);
  assert.equal(built.code, 0, built.stdout + built.stderr);
  for (const name of ['package.json', 'entries']) {
    cpSync(join(root, name), join(installed, name), { recursive: true });
  }
  const program = `
import { ClusterError, type RunningApiServer, startApiServer } from 'drydock/kube';
const server: RunningApiServer = await startApiServer({ store: 'memory' });
const fork = await server.fork();
try {
  await fork.client.get({ group: '', version: 'v1', resource: 'pods' }, { name: 'a', namespace: 'default' });
} catch (thrown) {
  if (thrown instanceof ClusterError) console.log(thrown.reason);
}
await fork.stop();
await server.stop();
`;
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'use.ts'), program);
  writeFileSync(join(project, 'wrong.ts'), program.replace("'memory'", "'disk'"));
  const strict = [
    '--ignoreConfig',
    '--strict',
    '--noEmit',
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const compile = (file: string) =>
    runProgram(join(root, 'node_modules', '.bin', 'tsc'), [...strict, join(project, file)]);
  const right = await compile('use.ts');
  assert.equal(right.code, 0, right.stdout);
  assert.match((await compile('wrong.ts')).stdout, /'"disk"' is not assignable to type/);
  const used = await runProgram(execPath, ['--disable-warning=ExperimentalWarning', join(project, 'use.ts')]);
  assert.deepEqual(used, { code: 0, stdout: 'NotFound\n', stderr: '' });
});

test('the guide shows the example as it is run', () => {
  const guide = readFileSync(join(root, 'docs', 'guides', 'test-suite.md'), 'utf8');
  const example = readFileSync(join(import.meta.dirname, 'suite.test.ts'), 'utf8');
  assert.ok(guide.includes(`\`\`\`ts\n${example}\`\`\`\n`));
});
