import { resolve } from 'node:path';
import { systemClock } from '../../base/index.ts';
import { restoreBackup } from '../../server/home-check.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles } from './home.ts';

export async function run(call: VerbCall): Promise<number> {
  const [name, ...more] = call.words;
  if (name === undefined || more.length > 0)
    throw new UsageError("usage: 'drydock restore FILE --home DIR'.");
  process.umask(0o077);
  const { home } = call;
  const restored = await restoreBackup({
    file: resolve(name),
    home,
    files: homeFiles(home),
    clock: systemClock,
  });
  process.stdout.write(
    `Restored ${restored.entries} entries into ${home}, as they were at ${restored.takenAt} (revision ${restored.revision}).
Revisions go on at ${restored.continuesAt}: whoever watched the lost home lists anew.
What was taken away after the backup (roles, accounts, sign-ins) is there again.
Start it with 'drydock up --detach --home ${home}'.
`,
  );
  return 0;
}
