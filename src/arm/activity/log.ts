import {
  type Clock,
  decodeJson,
  encodeJson,
  errorMessage,
  type Logger,
  type Timer,
} from '../../base/index.ts';
import type { Entry, Store } from '../../store/contract.ts';
import { inTransactions } from '../../store/index.ts';
import { activityPrefix, operationPrefix } from '../records/keys.ts';
import type { Operation } from '../records/operation.ts';
import type { Operations } from '../records/operations.ts';
import { type Activity, endOf, type Outcome } from './entry.ts';

export const activityLimits = {
  /** As in Azure. */
  retentionMs: 90 * 24 * 3_600_000,
  /** Of a subscription; the oldest go earlier. A request is one, the end of its operation another. */
  kept: 10_000,
  /** What has happened is written together, this long after the first. */
  gatheredMs: 1_000,
  perPage: 200,
  /** What waits to be written; the oldest are lost when the store takes nothing. */
  waiting: 10_000,
  /** Operations whose end is waited for. */
  running: 10_000,
  pagesInOneRead: 200,
  writtenBeforeSweep: 1_000,
} as const;

/**
 * What was done in each subscription, in pages in the store. It is written shortly after requests are answered: a process that is
 * killed loses what happened in its last second. The audit trail is the record that loses nothing.
 */
export class ActivityLog {
  readonly #store: Store;
  readonly #operations: Operations;
  readonly #clock: Clock;
  readonly #log: Logger;
  #waiting: Activity[] = [];
  readonly #running = new Map<string, Activity>();
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #pages = 0;
  #unswept: number = activityLimits.writtenBeforeSweep;
  #watch: { close(): void } | undefined;

  constructor(options: { store: Store; operations: Operations; clock: Clock; log: Logger }) {
    this.#store = options.store;
    this.#operations = options.operations;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Begins to look for ends of operations, also of those that ended while nobody looked. */
  async start(): Promise<void> {
    this.#watch = await this.#store.watch(operationPrefix, ({ changes }) => {
      for (const change of changes) if (change.type === 'put') this.#looked(change.entry);
    });
    const open = new Map<string, Activity>();
    const over = new Set<string>();
    for await (const { activities } of this.#all(activityPrefix)) {
      for (const one of activities) {
        if (one.operationId === undefined) continue;
        if (one.isEnd) over.add(one.operationId);
        else if (one.outcome === 'Accepted') open.set(one.operationId, one);
      }
    }
    for (const [id, begun] of open) {
      if (over.has(id)) continue;
      const operation = await this.#operations.get(id);
      if (operation?.status === 'InProgress') this.#running.set(id, begun);
      else if (operation) this.#ended(begun, operation);
    }
  }

  /** Keeps what was done. Never throws and never waits. */
  note(activity: Activity): void {
    if (activity.operationId !== undefined && activity.outcome === 'Accepted')
      this.#expect(activity.operationId, activity);
    this.#waiting.push(activity);
    if (this.#waiting.length > activityLimits.waiting) this.#waiting.shift();
    this.#timer ??= this.#clock.after(activityLimits.gatheredMs, () => {
      this.flush().catch((thrown) => this.#log.warn('activity not written', { error: errorMessage(thrown) }));
    });
  }

  /** Writes what waits. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  /** Everything of a subscription from `fromMs` to `toMs`, in the order in which it was written. */
  async read(
    subscriptionId: string,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): Promise<Activity[]> {
    await this.flush();
    const found = new Map<string, Activity>();
    for await (const { activities } of this.#all(`${activityPrefix}${subscriptionId.toLowerCase()}/`)) {
      for (const one of activities) if (one.endedAtMs >= fromMs && one.atMs <= toMs) found.set(one.id, one);
    }
    return [...found.values()];
  }

  /** Drops what is too old and what is too much; by a leader's `commit`, where one leads. */
  async sweep(commit: Store['commit'] = (transaction) => this.#store.commit(transaction)): Promise<void> {
    const before = this.#clock.now() - activityLimits.retentionMs;
    const bySubscription = new Map<
      string,
      { readonly key: string; readonly count: number; readonly lastMs: number }[]
    >();
    for await (const { key, activities } of this.#all(activityPrefix)) {
      const subscription = key.slice(activityPrefix.length).split('/')[0] ?? '';
      const pages = bySubscription.get(subscription) ?? [];
      pages.push({ key, count: activities.length, lastMs: activities.at(-1)?.endedAtMs ?? 0 });
      bySubscription.set(subscription, pages);
    }
    const gone: string[] = [];
    for (const pages of bySubscription.values()) {
      let kept = 0;
      for (const { key, count, lastMs } of pages.reverse()) {
        kept += count;
        if (kept > activityLimits.kept || lastMs < before) gone.push(key);
      }
    }
    const deletes = gone.map((key) => ({ delete: key }));
    for (const writes of inTransactions(deletes, this.#store.limits)) await commit({ writes });
  }

  /** Sweeps once so much was written since the last time. */
  async sweepWhenDue(commit?: Store['commit']): Promise<void> {
    if (this.#unswept < activityLimits.writtenBeforeSweep) return;
    this.#unswept = 0;
    await this.sweep(commit);
  }

  async close(): Promise<void> {
    this.#watch?.close();
    await this.flush().catch((thrown) =>
      this.#log.warn('activity not written', { error: errorMessage(thrown) }),
    );
    this.#timer?.cancel();
  }

  #expect(operationId: string, activity: Activity): void {
    this.#running.set(operationId, activity);
    if (this.#running.size <= activityLimits.running) return;
    const [oldest] = this.#running.keys();
    if (oldest !== undefined) this.#running.delete(oldest);
  }

  #looked({ key, value }: Entry): void {
    const begun = this.#running.get(decodeURIComponent(key.slice(operationPrefix.length)));
    if (!begun) return;
    // Written by `Operations`.
    const operation = decodeJson(value) as unknown as Operation;
    if (operation.status === 'InProgress') return;
    this.#running.delete(operation.id);
    this.#ended(begun, operation);
  }

  #ended(begun: Activity, { status, error, endedAtMs }: Operation): void {
    const outcome: Outcome = status === 'InProgress' ? 'Accepted' : status;
    this.note(endOf(begun, { outcome, endedAtMs: endedAtMs ?? this.#clock.now(), ...(error && { error }) }));
  }

  async #write(): Promise<void> {
    const waiting = [...this.#waiting];
    if (waiting.length === 0) return;
    const bySubscription = new Map<string, Activity[]>();
    for (const one of waiting) {
      const key = one.subscriptionId.toLowerCase();
      const others = bySubscription.get(key);
      if (others) others.push(one);
      else bySubscription.set(key, [one]);
    }
    const writes = [...bySubscription].flatMap(([subscription, all]) =>
      pagesOf(all).map((page) => ({ put: this.#key(subscription, page), value: encodeJson(page as never) })),
    );
    for (const some of inTransactions(writes, this.#store.limits)) await this.#store.commit({ writes: some });
    this.#unswept += waiting.length;
    const written = new Set(waiting);
    this.#waiting = this.#waiting.filter((one) => !written.has(one));
  }

  /** In the order of time, and never that of another process. */
  #key(subscription: string, page: readonly Activity[]): string {
    const moment = String(this.#clock.now()).padStart(15, '0');
    const place = String(this.#pages++).padStart(9, '0');
    return `${activityPrefix}${subscription}/${moment}-${place}-${page[0]?.id}`;
  }

  async *#all(
    prefix: string,
  ): AsyncGenerator<{ readonly key: string; readonly activities: readonly Activity[] }> {
    let afterKey: string | undefined;
    for (;;) {
      const limit = activityLimits.pagesInOneRead;
      const { entries, more } = await this.#store.range({
        prefix,
        limit,
        ...(afterKey !== undefined && { afterKey }),
      });
      for (const { key, value } of entries) {
        // Written here.
        yield { key, activities: decodeJson(value) as unknown as Activity[] };
        afterKey = key;
      }
      if (!more) return;
    }
  }
}

function pagesOf(all: readonly Activity[]): Activity[][] {
  const pages: Activity[][] = [];
  for (let at = 0; at < all.length; at += activityLimits.perPage)
    pages.push(all.slice(at, at + activityLimits.perPage));
  return pages;
}
