/**
 * Compiles the pages of the portal into src/portal/page.generated: modules by names that contain their hash, the style and the
 * document. Run when the package is installed or packed; the result is not kept in the repository. Without the development
 * dependencies nothing is written, and the portal says how to build it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Bundle, type BundleFile, bundleFile } from '../src/portal/bundle.ts';

const root = resolve(import.meta.dirname, '..');
const page = join(root, 'src', 'portal', 'page');
const preact = join(root, 'node_modules', 'preact');

/** Modules that are copied as they were published. */
const packages: Readonly<Record<string, string>> = {
  preact: join(preact, 'dist', 'preact.module.js'),
  'preact/hooks': join(preact, 'hooks', 'dist', 'hooks.module.js'),
  'preact/jsx-runtime': join(preact, 'jsx-runtime', 'dist', 'jsxRuntime.module.js'),
};

function compile(target: string): void {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const words = ['-p', page, '--noEmit', 'false', '--removeComments', '--outDir', target];
  const { status } = spawnSync(tsc, words, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Adds a module after all that it imports, with their hashed names in it; answers its own. */
function addModule(file: string, files: Map<string, BundleFile>, done: Map<string, string>): string {
  const known = done.get(file);
  if (known !== undefined) return known;
  const source = readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*/g, '');
  const text = source.replace(/(\bfrom|\bimport)(\s*)(["'])([^"']+)\3/g, (_, word, blank, quote, name) => {
    const target = name.startsWith('.') ? resolve(dirname(file), name) : packages[name];
    if (target === undefined) throw new Error(`${file} imports ${name}, which the portal does not have`);
    return `${word}${blank}${quote}./${addModule(target, files, done)}${quote}`;
  });
  const name = add(
    basename(file).replace(/(\.module)?\.js$/, ''),
    'js',
    { type: 'text/javascript; charset=utf-8', text },
    files,
  );
  done.set(file, name);
  return name;
}

function add(stem: string, ending: string, file: BundleFile, files: Map<string, BundleFile>): string {
  const hash = createHash('sha256').update(file.text).digest('hex').slice(0, 16);
  const name = `${stem}-${hash}.${ending}`;
  files.set(name, file);
  return name;
}

function generate(): Bundle {
  const target = mkdtempSync(join(tmpdir(), 'drydock-portal-'));
  try {
    compile(target);
    const files = new Map<string, BundleFile>();
    const entry = addModule(join(target, 'app.js'), files, new Map());
    const modules = [...files.keys()].filter((name) => name !== entry);
    const text = readFileSync(join(page, 'style.css'), 'utf8');
    const style = add('style', 'css', { type: 'text/css; charset=utf-8', text }, files);
    const drawing = readFileSync(join(page, 'icon.svg'), 'utf8');
    const icon = add('icon', 'svg', { type: 'image/svg+xml', text: drawing }, files);
    const loads = modules.map((name) => `<link rel="modulepreload" href="/portal/assets/${name}">`).join('');
    const document = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Drydock</title><link rel="icon" href="/portal/assets/${icon}"><link rel="stylesheet" href="/portal/assets/${style}">${loads}<script type="module" src="/portal/assets/${entry}"></script></head><body><div id="portal"><noscript>The portal needs JavaScript. Everything on its pages can be done with az and kubectl.</noscript></div></body></html>`;
    return { document, files: Object.fromEntries(files) };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

if (existsSync(preact)) {
  const bundle = generate();
  writeFileSync(bundleFile, JSON.stringify(bundle));
  console.log(`portal of ${Object.keys(bundle.files).length} files written`);
} else {
  console.log('without its development dependencies the portal has no pages');
}
