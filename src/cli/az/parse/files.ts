import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AzContext } from '../context.ts';
import { AzError } from '../errors.ts';

/** Replaces `@file` (whole word, or after `=` of an option) by the file's text; `@-` is stdin. Unreadable: kept as typed. */
export function expandFiles(argv: readonly string[], context: AzContext): string[] {
  return argv.map((word) => {
    if (word.startsWith('@')) return load(word, context) ?? word;
    const cut = word.startsWith('--') ? word.indexOf('=@') : -1;
    if (cut < 0) return word;
    const content = load(word.slice(cut + 1), context);
    return content === undefined ? word : word.slice(0, cut + 1) + content;
  });
}

function load(word: string, context: AzContext): string | undefined {
  const path = word.slice(1);
  if (path === '-') return context.readStdin().replace(/(?<!\n)\n+$/, '');
  if (path === '') return undefined;
  try {
    const content = readFileSync(expandHome(path, context), 'utf8');
    return content.replace(/^\uFEFF/, '').replace(/(?<!\n)\n+$/, '');
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') return undefined;
    throw new AzError(`The file '${path}' could not be read: ${String(thrown)}`);
  }
}

/** A path as typed, `~` expanded, relative to where the command runs. */
export function expandHome(path: string, context: Pick<AzContext, 'cwd' | 'homeDirectory'>): string {
  if (path === '~') return context.homeDirectory;
  if (path.startsWith('~/')) return resolve(context.homeDirectory, path.slice(2));
  return resolve(context.cwd, path);
}

/** The `code` of a system error. */
export function errorCodeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}
