import { systemClock } from '../../base/index.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { FlagRefusal, isStoodInFor, readFlags } from './stand-in/read-flags.ts';

const parentCheckMs = 1_000;

const versions = { 'kube-apiserver': 'Kubernetes v1.34.4', etcd: 'etcd Version: 3.6.4' } as const;

/** One stand-in process, started by envtest with the flags of the program it stands in for. */
export async function run(call: VerbCall): Promise<number> {
  const [program, ...words] = call.words;
  // envtest looks for two flags in the help texts; that neither appears is the answer it needs.
  if (words.includes('--help') || words.includes('-h')) return 0;
  if (!isStoodInFor(program)) throw new UsageError(`there is no stand-in for '${program}'.`);
  if (words.includes('--version')) {
    process.stdout.write(`${versions[program]}\n`);
    return 0;
  }
  try {
    const flags = readFlags(program, words);
    const stopped = untilStopped();
    if (program === 'etcd') return await (await import('./stand-in/etcd.ts')).serveEtcdHealth(flags, stopped);
    return await (await import('./stand-in/api-server.ts')).serveApi(flags, stopped);
  } catch (thrown) {
    if (!(thrown instanceof FlagRefusal)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    return thrown.exitCode;
  }
}

/** A killed test binary leaves its children behind; a stand-in ends when it has become an orphan. */
function untilStopped(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    const look = () => {
      if (process.ppid !== parent) resolve();
      else systemClock.after(parentCheckMs, look);
    };
    systemClock.after(parentCheckMs, look);
  });
}
