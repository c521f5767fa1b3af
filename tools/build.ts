import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Compiles the sources into `dist/` (or the folder named) for the published package, and copies the data that stands beside them. */
const root = join(import.meta.dirname, '..');
const source = join(root, 'src');
const target = process.argv[2] ?? join(root, 'dist');

rmSync(target, { recursive: true, force: true });
compile('--outDir', target);
for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  const file = join(source, name);
  if (!statSync(file).isFile() || /\.(tsx?|md)$/.test(name) || /^portal\/page\//.test(name)) continue;
  cpSync(file, join(target, name), { recursive: true });
}
copyTypes('library/kube');

function compile(...words: readonly string[]): void {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { status } = spawnSync(tsc, ['-p', join(root, 'tsconfig.build.json'), ...words], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** The types of what others import, with what is said about them, and of nothing that these do not name. */
function copyTypes(entry: string): void {
  const all = mkdtempSync(join(tmpdir(), 'drydock-types-'));
  const words = ['--declaration', '--emitDeclarationOnly', '--removeComments', 'false', '--outDir', all];
  try {
    compile(...words);
    const wanted = [`${entry}.d.ts`];
    for (const name of wanted) {
      const text = readFileSync(join(all, name), 'utf8');
      const names = /((?:from |import\()['"]\.[^'"]+)\.ts(?=['"])/g;
      mkdirSync(dirname(join(target, name)), { recursive: true });
      writeFileSync(join(target, name), text.replace(names, '$1.js'));
      for (const [, from = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.(?:ts|js)['"]/g)) {
        const other = `${join(dirname(name), from)}.d.ts`;
        if (!wanted.includes(other)) wanted.push(other);
      }
    }
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}
