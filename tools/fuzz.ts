import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

/**
 * `npm run fuzz -- [--minutes N] [--seed TEXT] [--only NAME,NAME] [--inputs N] [--against URL --token TOKEN]`: gives hostile input to every target in
 * `test/fuzz/targets.ts`, in turn, until the minutes are over or each had its inputs. Prints what it finds, made small, with its seed,
 * and ends with 1 if there is any. With a real kube-apiserver the target `against` compares status codes. Targets run in a thread of their own, so that one that hangs or takes all memory is named, too.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: randomBytes(6).toString('hex') },
    only: { type: 'string', default: '' },
    inputs: { type: 'string', default: '0' },
    against: { type: 'string' },
    token: { type: 'string', default: '' },
  },
});
const minutes = Number(values.minutes);
const inputs = Number(values.inputs);
if (!(minutes > 0) || !(inputs >= 0)) {
  process.stderr.write('--minutes takes a number above 0, --inputs one that is not below.\n');
  process.exit(2);
}
const { seed, against, token } = values;
const only = values.only.split(',').filter((name) => name !== '');
const shownBytes = 64 * 1024;
/** An input that takes longer hangs. */
const hangMs = 120_000;
const shared = new SharedArrayBuffer(8 + shownBytes);
const counters = new Int32Array(shared, 0, 2);

process.stdout.write(`seed ${seed}\n`);
const worker = new Worker(join(import.meta.dirname, '..', 'test', 'fuzz', 'worker.ts'), {
  workerData: {
    seed,
    only,
    milliseconds: minutes * 60_000,
    inputs,
    peer: against === undefined ? undefined : { url: against, token },
    shared,
  },
  // The stack is that of a server's main thread.
  resourceLimits: { maxOldGenerationSizeMb: 2048, stackSizeMb: 1 },
});
let findings = 0;
worker.on('message', (said: string | number) => {
  if (typeof said === 'number') findings = said;
  else process.stdout.write(`${said}\n`);
});
worker.on('error', (error) => lost(String(error)));
worker.on('exit', () => {
  if (findings > 0) process.stderr.write(`${findings} findings. Again: npm run fuzz -- --seed ${seed}\n`);
  process.exit(findings > 0 ? 1 : 0);
});

let seen = -1;
setInterval(() => {
  const now = Atomics.load(counters, 0);
  if (now === seen) lost(`does not end within ${hangMs / 1000} seconds`);
  seen = now;
}, hangMs);

/** The thread ended, or will not. */
function lost(why: string): never {
  const text = Buffer.from(new Uint8Array(shared, 8, Atomics.load(counters, 1))).toString();
  process.stderr.write(`${why}, seed ${seed}:\n${text}\n`);
  process.exit(1);
}
