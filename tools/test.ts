import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * `npm test -- [FILE ...]`: runs the given test files, or all. Most of a test's time is waiting for processes that it
 * starts, so that there is room for one file more than there are processors; Node's own choice is one fewer.
 */
const root = join(import.meta.dirname, '..');
const files = process.argv.slice(2);
const words = [
  '--test',
  '--test-timeout=300000',
  `--import=${pathToFileURL(join(root, 'test', 'support', 'deadline.ts')).href}`,
  `--test-concurrency=${availableParallelism() + 1}`,
  ...(files.length > 0 ? files : ['test/**/*.test.ts']),
];
// Some hundred processes strip and compile the same sources.
const environment = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'tests') };
process.exit(
  spawnSync(process.execPath, words, { stdio: 'inherit', env: environment, cwd: root }).status ?? 1,
);
