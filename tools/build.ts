import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Compiles the sources into `dist/` for the published package, and copies the data that stands beside them. */
const root = join(import.meta.dirname, '..');
const source = join(root, 'src');
const target = join(root, 'dist');

rmSync(target, { recursive: true, force: true });
const compiled = spawnSync(
  join(root, 'node_modules', '.bin', 'tsc'),
  ['-p', join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  const file = join(source, name);
  if (!statSync(file).isFile() || /\.(ts|md)$/.test(name)) continue;
  cpSync(file, join(target, name), { recursive: true });
}
