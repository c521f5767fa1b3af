import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import '../attack/steps.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { signature } from './campaign.ts';
import type { Peer } from './targets/against.ts';

/** What `tools/fuzz.ts` hands to the thread in which targets run. */
export interface Work {
  readonly seed: string;
  readonly only: readonly string[];
  readonly milliseconds: number;
  readonly inputs: number;
  /** A real server to compare with. */
  readonly peer: Peer | undefined;
  /** Input counter and length, then the input that is being tried, as text. */
  readonly shared: SharedArrayBuffer;
}

// Only tools/fuzz.ts starts this file.
const { seed, only, milliseconds, inputs, peer, shared } = workerData as Work;
const counters = new Int32Array(shared, 0, 2);
const shownInput = new Uint8Array(shared, 8);
const encoder = new TextEncoder();
const turnMs = 2_000;

function say(line: string): void {
  parentPort?.postMessage(line);
}

const { comparison, targets } = await import('./targets.ts');
const chosen = [...targets, ...(peer ? [comparison(peer)] : [])].filter(
  ({ name }) => only.length === 0 || only.includes(name),
);
const campaigns = chosen.map(({ name, campaign }) =>
  campaign(seededRandom(`${name} ${seed}`), { coverEvery: 8, pumpEvery: 150 }),
);
const found = new Map<string, number>();
const end = Date.now() + milliseconds;
do {
  for (const campaign of campaigns) {
    const until = Math.min(end, Date.now() + turnMs);
    do {
      if (inputs > 0 && campaign.tried >= inputs) break;
      const finding = await campaign.step((shown) => {
        const { written } = encoder.encodeInto(`${campaign.name} ${shown}`, shownInput);
        Atomics.store(counters, 1, written);
        Atomics.add(counters, 0, 1);
      });
      if (!finding) continue;
      const name = `${campaign.name} ${signature(finding.thrown)}`;
      const times = (found.get(name) ?? 0) + 1;
      found.set(name, times);
      if (times > 1) continue;
      say(
        `\n${finding.target}, input ${finding.at} of seed ${seed}:\n${finding.input.slice(0, 4_000)}\n${inspect(finding.thrown).slice(0, 3_000)}`,
      );
    } while (Date.now() < until);
  }
} while (Date.now() < end && !(inputs > 0 && campaigns.every(({ tried }) => tried >= inputs)));
for (const campaign of campaigns) await campaign.close();
say(`\n${campaigns.map(({ name, tried }) => `${name} ${tried}`).join(', ')}`);
parentPort?.postMessage(found.size);
