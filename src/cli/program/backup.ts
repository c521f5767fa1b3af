import { resolve } from 'node:path';
import { systemClock } from '../../base/index.ts';
import { copyDatabase, makeBackup, StoreDamaged } from '../../server/home-check.ts';
import { callControl } from './control.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles, readRunning } from './home.ts';
import { programVersion } from './package.ts';

/** A copy of a large database takes long; a server that died closes the connection. */
const copyTimeoutMs = 60 * 60 * 1000;

export async function run(call: VerbCall): Promise<number> {
  const [name, ...more] = call.words;
  if (name === undefined || more.length > 0) throw new UsageError("usage: 'drydock backup FILE'.");
  const target = resolve(name);
  const about = await backedUp(() =>
    makeBackup({
      files: homeFiles(call.home),
      target,
      overwrite: call.options['overwrite'] === true,
      release: programVersion(),
      clock: systemClock,
      copy: (file) => copyHomeDatabase(call.home, file),
    }),
  );
  process.stdout.write(
    `Backed up ${call.home} to ${target}: ${about.entries} entries at revision ${about.revision}. It holds every key of this home: keep it as safe.\n`,
  );
  return 0;
}

/** What `make` made, or a refusal with the way out of a damaged database. */
export async function backedUp<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (!(thrown instanceof StoreDamaged)) throw thrown;
    throw new UsageError(
      `${thrown.message} A backup of it would be worth nothing, so none was made. 'drydock check' says more; the way out is in docs/operations.md.`,
      1,
    );
  }
}

/** Through the server when one runs, else from the files. */
export async function copyHomeDatabase(home: string, file: string): Promise<void> {
  if (readRunning(home)) {
    await callControl(home, { method: 'POST', path: 'copies', body: { file }, timeoutMs: copyTimeoutMs });
    return;
  }
  await copyDatabase(homeFiles(home).database, file);
}
