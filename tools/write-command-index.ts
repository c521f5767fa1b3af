/**
 * Writes `src/cli/az/commands/index.ts`: one line per command file, so that a run loads only the command it needs.
 * Run it after adding, removing or renaming a command: `node tools/write-command-index.ts`.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from '../src/cli/az/declaration.ts';

const folder = join(import.meta.dirname, '..', 'src', 'cli', 'az', 'commands');
const ownFiles = new Set(['index.ts', 'groups.ts']);

interface CommandModule {
  readonly command?: Command;
}

/** The text of `index.ts` for the command files that are there now. */
export async function indexText(): Promise<string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !ownFiles.has(path))
    .map((path) => relative(folder, join(folder, path)).replaceAll('\\', '/'));
  const lines: { words: string; line: string }[] = [];
  for (const path of paths.sort()) {
    const module: CommandModule = await import(join(folder, path));
    if (!module.command) continue;
    const { words, summary } = module.command;
    const line = `  entry(${JSON.stringify(words)}, ${JSON.stringify(summary)}, () => import('./${path}')),`;
    lines.push({ words, line });
  }
  lines.sort((a, b) => (a.words < b.words ? -1 : 1));
  return `// Written by tools/write-command-index.ts. Do not edit.
import type { Command, Flags, IndexEntry } from '../declaration.ts';

interface CommandModule {
  readonly command: Command<Flags>;
}

function entry(words: string, summary: string, load: () => Promise<CommandModule>): IndexEntry {
  return { words, summary, load: async () => (await load()).command };
}

/** Every command, in order of its words. */
// biome-ignore format: one command a line
export const commandIndex: readonly IndexEntry[] = [
${lines.map((one) => one.line).join('\n')}
];
`;
}

if (import.meta.main) writeFileSync(join(folder, 'index.ts'), await indexText());
