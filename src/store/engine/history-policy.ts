import type { Clock, Timer } from '../../base/index.ts';
import type { ChangeBatch } from '../contract.ts';

/** How much history a store keeps by itself. */
export interface HistoryLimits {
  /** Revisions that are kept whatever their age and number; only `maximumBytes` goes before it. */
  readonly minimumRevisions: number;
  /** Above the minimum, a revision is dropped once it is older than this ... */
  readonly ageMs: number;
  /** ... or earlier, when there are more than this many revisions ... */
  readonly maximumRevisions: number;
  /** ... or when their values take more than this. */
  readonly maximumBytes: number;
  readonly checkEveryMs: number;
}

/** Five minutes as in the Kubernetes API server, bounded so that a burst of writes cannot fill memory or disk. */
export const historyLimits: HistoryLimits = {
  minimumRevisions: 1_000,
  ageMs: 5 * 60 * 1000,
  maximumRevisions: 200_000,
  maximumBytes: 64 * 1024 * 1024,
  checkEveryMs: 30_000,
};

const samplesPerMaximum = 16;

interface Sample {
  readonly atMs: number;
  readonly revision: number;
  /** Bytes of all values written up to here. */
  readonly bytes: number;
}

/** Decides when to compact, and up to where, from samples of the revision over time. */
export class HistoryPolicy {
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #compact: (revision: number) => void;
  #samples: Sample[] = [];
  #bytes = 0;
  #revision: number;
  #timer: Timer;

  constructor(
    clock: Clock,
    limits: HistoryLimits,
    start: {
      readonly revision: number;
      /** What the history that is there already takes. */
      readonly sizes: Iterable<{ readonly revision: number; readonly bytes: number }>;
      readonly compact: (to: number) => void;
    },
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#compact = start.compact;
    this.#revision = 0;
    for (const { revision, bytes } of start.sizes) this.#count(revision, bytes);
    this.#revision = start.revision;
    this.#sample();
    this.#timer = clock.after(limits.checkEveryMs, () => this.#tick());
  }

  observe(batch: ChangeBatch): void {
    let bytes = 0;
    for (const change of batch.changes) if (change.type === 'put') bytes += change.entry.value.length;
    if (this.#count(batch.revision, bytes)) this.#compactWhatIsDue();
  }

  close(): void {
    this.#timer.cancel();
  }

  #tick(): void {
    this.#sample();
    this.#compactWhatIsDue();
    this.#timer = this.#clock.after(this.#limits.checkEveryMs, () => this.#tick());
  }

  #sample(): void {
    this.#samples.push({ atMs: this.#clock.monotonic(), revision: this.#revision, bytes: this.#bytes });
  }

  /** True when there was so much since the last sample that another one was taken. */
  #count(revision: number, bytes: number): boolean {
    this.#revision = revision;
    this.#bytes += bytes;
    const { maximumRevisions, maximumBytes } = this.#limits;
    const last = this.#samples.at(-1);
    const due =
      !last ||
      (revision - last.revision) * samplesPerMaximum >= maximumRevisions ||
      (this.#bytes - last.bytes) * samplesPerMaximum >= maximumBytes;
    if (due) this.#sample();
    return due;
  }

  #compactWhatIsDue(): void {
    const { minimumRevisions, ageMs, maximumRevisions, maximumBytes } = this.#limits;
    const oldestMs = this.#clock.monotonic() - ageMs;
    const highest = this.#revision - minimumRevisions;
    const due = this.#samples.filter(
      (sample) =>
        this.#bytes - sample.bytes >= maximumBytes ||
        (sample.revision <= highest &&
          (sample.atMs <= oldestMs || this.#revision - sample.revision >= maximumRevisions)),
    );
    const target = due.at(-1);
    if (!target) return;
    this.#samples = this.#samples.filter((sample) => sample.revision > target.revision);
    this.#compact(target.revision);
  }
}
