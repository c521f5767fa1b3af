import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What Drydock puts at the top of a home. Anything else was put there by somebody. */
const ownEntries: readonly RegExp[] = [
  /^(?:drydock|kube)\.db(?:-witness|-journal|-wal|-shm)?$/,
  /^(?:ca\.pem|ca-key\.pem|control-token|administrator-password|running\.json|settings\.json|kubeconfig)(?:\.\d+\.tmp|\.next)?$/,
  /^(?:bin|bin-system|cli|logs|starting|envtest)$/,
  /^(?:damaged|staging|checking)-/,
  /^staged/,
];

/** In Drydock's own folders people's files are told by what they are. */
const databaseStart = 'SQLite format 3\0';
const ownDatabase = /^(?:drydock|kube)\.db$/;

/**
 * Files and folders of a home that are not Drydock's own, by their paths in it: entries at its top with other names, and
 * databases such as backups in its folders.
 */
export function foreignFiles(home: string): string[] {
  return readdirSync(home, { withFileTypes: true }).flatMap((entry) => {
    const path = join(home, entry.name);
    if (!ownEntries.some((own) => own.test(entry.name))) return [entry.name];
    return entry.isDirectory() ? databasesIn(path).map((file) => relative(home, file)) : [];
  });
}

function databasesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !ownDatabase.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isDatabase);
}

function isDatabase(file: string): boolean {
  const start = Buffer.alloc(databaseStart.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return start.toString('latin1') === databaseStart;
}
