import { resolve } from 'node:path';
import { systemClock } from '../../base/index.ts';
import {
  createSnapshot,
  deleteSnapshot,
  describeSnapshot,
  exportSnapshot,
  importSnapshot,
  listSnapshots,
  type Snapshot,
} from '../../server/home-check.ts';
import { backedUp, copyHomeDatabase } from './backup.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles } from './home.ts';
import { programVersion } from './package.ts';

interface Action {
  readonly words: readonly string[];
  run(call: VerbCall, words: readonly string[]): Promise<string> | string;
}

const actions: Readonly<Record<string, Action>> = {
  create: {
    words: ['NAME'],
    run: async ({ home }, [name = '']) => {
      const made = await takeSnapshot(home, name);
      return `Snapshot ${name}: ${made.entries} entries at revision ${made.revision}. It holds every key of this home.\n`;
    },
  },
  list: {
    words: [],
    run: ({ home, options }) => {
      const found = listSnapshots(home);
      return options['json'] === true ? jsonText(found) : tableOf(found);
    },
  },
  show: {
    words: ['NAME'],
    run: ({ home, options }, [name = '']) => {
      const found = describeSnapshot(home, name);
      if (options['json'] === true) return jsonText(found);
      const { takenAt, revision, entries, bytes, release } = found;
      return `name      ${name}\ntaken     ${takenAt}\nrevision  ${revision}\nentries   ${entries}\nbytes     ${bytes}\nrelease   ${release}\n`;
    },
  },
  delete: {
    words: ['NAME'],
    run: ({ home }, [name = '']) => {
      deleteSnapshot(home, name);
      return `Deleted snapshot ${name}.\n`;
    },
  },
  export: {
    words: ['NAME', 'FILE'],
    run: ({ home, options }, [name = '', file = '']) => {
      const overwrite = options['overwrite'] === true;
      const target = resolve(file);
      exportSnapshot(name, { home, files: homeFiles(home), target, overwrite });
      return `Exported snapshot ${name} to ${target}. It holds every key of this home: keep it as safe.\n`;
    },
  },
  import: {
    words: ['NAME', 'FILE'],
    run: ({ home }, [name = '', file = '']) => {
      const { entries, revision } = importSnapshot(name, {
        home,
        files: homeFiles(home),
        source: resolve(file),
      });
      return `Imported ${resolve(file)} as snapshot ${name}: ${entries} entries at revision ${revision}.\n`;
    },
  },
};

export async function run(call: VerbCall): Promise<number> {
  const [word = '', ...words] = call.words;
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (!action) {
    throw new UsageError("usage: 'drydock snapshot create|list|show|delete|export|import'.");
  }
  if (words.length !== action.words.length || words.includes('')) {
    throw new UsageError(`usage: 'drydock snapshot ${[word, ...action.words].join(' ')}'.`);
  }
  // Whatever is written is its owner's alone.
  process.umask(0o077);
  process.stdout.write(await action.run(call, words));
  return 0;
}

/** Through the server when one runs, else from the files. */
export function takeSnapshot(home: string, name: string): Promise<Snapshot> {
  const parts = {
    home,
    files: homeFiles(home),
    release: programVersion(),
    clock: systemClock,
    copy: (file: string) => copyHomeDatabase(home, file),
  };
  return backedUp(() => createSnapshot(name, parts));
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function tableOf(found: readonly Snapshot[]): string {
  if (found.length === 0) return 'No snapshots. Take one with: drydock snapshot create NAME\n';
  const rows = found.map(({ name, takenAt, revision, entries, bytes }) =>
    [name, takenAt, revision, entries, bytes].map(String),
  );
  const all = [['NAME', 'TAKEN', 'REVISION', 'ENTRIES', 'BYTES'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return all.map((row) => `${line(row).trimEnd()}\n`).join('');
}
