import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock, systemRandom } from '../../base/index.ts';
import { forkBackup, makeBackup, snapshotFile, workFolder } from '../../server/home-check.ts';
import { backedUp, copyHomeDatabase } from './backup.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles, readRunning } from './home.ts';
import { homeFolder } from './home-folder.ts';
import { parsePort } from './listen-choice.ts';
import { programVersion } from './package.ts';
import { startDetached } from './up.ts';

export async function run(call: VerbCall): Promise<number> {
  const [name = 'now', ...more] = call.words;
  if (more.length > 0 || call.options['home'] === undefined)
    throw new UsageError("usage: 'drydock fork [NAME|now] --home DIR --port N'.");
  process.umask(0o077);
  const port = parsePort(call.options['port']) ?? 0;
  const from = homeFolder(call.options['from']);
  const { home } = call;
  if (resolve(from) === resolve(home))
    throw new UsageError('--home names the home of the first estate. Name an empty folder for the second.');
  const first = readRunning(from);
  if (port !== 0 && first?.port === port)
    throw new UsageError(`port ${port} is the first estate's own. Name another one for the second.`, 1);
  const { revision } = await withFile(from, name, (file) =>
    forkBackup({ file, home, files: homeFiles(home), clock: systemClock, random: systemRandom }),
  );
  process.stdout.write(
    `Forked ${from} as of revision ${revision} into ${home}. Its CA, keys and administrator's password are its own: fetch kubeconfigs from it anew. Nobody else has a password, client secret or certificate there yet.\n`,
  );
  if (call.options['no-start'] === true) {
    process.stdout.write(`Start it with 'drydock up --detach --home ${home} --port ${port}'.\n`);
    return 0;
  }
  const started = await startDetached(home, { port });
  process.stdout.write(`Drydock is up (process ${started.pid}) at ${started.resourceManager}\n`);
  return 0;
}

/** `use` gets the file of a snapshot; for `now` one that is there only meanwhile. */
async function withFile<T>(home: string, name: string, use: (file: string) => Promise<T>): Promise<T> {
  if (name !== 'now') return use(snapshotFile(home, name));
  const folder = workFolder(home, 'checking');
  try {
    const target = join(folder, 'now.snapshot');
    await backedUp(() =>
      makeBackup({
        files: homeFiles(home),
        target,
        overwrite: false,
        release: programVersion(),
        clock: systemClock,
        copy: (file) => copyHomeDatabase(home, file),
      }),
    );
    return await use(target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
