import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * `npm run test:agents -- DIR`: KubeFleet's hub agent and member agent, built from its sources in DIR, take the place of
 * ours on our API servers. What is missing is named, and the run fails: what was not tried has not passed.
 */
const root = join(import.meta.dirname, '..');
const [folder, ...rest] = process.argv.slice(2);

function refuse(message: string): never {
  process.stderr.write(`test:agents: ${message} Nothing was tested.\n`);
  process.exit(1);
}

if (!folder || rest.length > 0) {
  refuse("name the folder of KubeFleet's sources: npm run test:agents -- DIR.");
}
for (const part of ['go.mod', 'cmd/hubagent', 'cmd/memberagent']) {
  if (!existsSync(join(folder, part))) refuse(`${resolve(folder)} has no ${part}.`);
}
if (spawnSync('go', ['version']).status !== 0) refuse('Go was not found on PATH.');
const programs = join(root, 'node_modules', '.cache', 'agents');
mkdirSync(programs, { recursive: true });
const built = spawnSync('go', ['build', '-o', `${programs}/`, './cmd/hubagent', './cmd/memberagent'], {
  cwd: folder,
  stdio: 'inherit',
});
if (built.status !== 0) refuse('the agents could not be built.');
const words = ['--test', '--test-timeout=600000', 'test/agents/pairings.agents.ts'];
const tested = spawnSync(process.execPath, words, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, DRYDOCK_AGENTS: programs },
});
process.exit(tested.status ?? 1);
