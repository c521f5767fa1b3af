import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../../base/index.ts';
import {
  demandSameEstate,
  finishStaged,
  freeSnapshotName,
  proveBackup,
  rewindTo,
  snapshotFile,
} from '../../server/home-check.ts';
import type { RunningEstate } from '../../server/index.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { stopServer } from './down.ts';
import { homeFiles, readRunning } from './home.ts';
import type { ListenChoice } from './listen-choice.ts';
import { takeSnapshot } from './snapshot.ts';
import { startDetached } from './up.ts';

export async function run(call: VerbCall): Promise<number> {
  const [name, ...more] = call.words;
  if (name === undefined || more.length > 0) throw new UsageError("usage: 'drydock rewind NAME'.");
  process.umask(0o077);
  const { home } = call;
  const files = homeFiles(home);
  const file = snapshotFile(home, name);
  // Whatever can be refused is, before anything stops.
  demandSameEstate(files, proveBackup(file, files).files.get(basename(files.authority)));
  const running = readRunning(home);
  const stopped = await stopServer(home);
  await finishStaged(home, { database: files.database, clock: systemClock });
  let kept: string;
  let continuesAt: number;
  try {
    kept = (await takeSnapshot(home, freeSnapshotName(home, 'before-rewind', systemClock))).name;
    ({ continuesAt } = await rewindTo({ file, home, files, clock: systemClock }));
    // The sign-in of the home's own az may be younger than the snapshot: the start makes a new one.
    rmSync(`${files.azureConfig}/drydock.json`, { force: true });
  } catch (thrown) {
    if (running) await startDetached(home, choiceOf(running));
    throw thrown;
  }
  process.stdout.write(
    `Rewound ${home} to ${name}. What was there is snapshot ${kept}: 'drydock rewind ${kept}' goes back to it.
Revisions go on at ${continuesAt}: whoever watched lists anew. What was taken away after the snapshot (roles, accounts, sign-ins) is there again.
`,
  );
  if (!stopped) return 0;
  const started = await startDetached(home, running ? choiceOf(running) : {});
  process.stdout.write(`Drydock is up again (process ${started.pid}) at ${started.resourceManager}\n`);
  return 0;
}

/** What the server was started with and the home does not keep. */
function choiceOf({ anyApiVersion, serviceUrls, featureGates, runtimeConfig }: RunningEstate): ListenChoice {
  return {
    ...(anyApiVersion !== undefined && { anyApiVersion }),
    ...(serviceUrls !== undefined && { serviceUrls }),
    ...(featureGates !== undefined && { featureGates }),
    ...(runtimeConfig !== undefined && { runtimeConfig }),
  };
}
