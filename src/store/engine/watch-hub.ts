import { errorMessage, type Logger } from '../../base/index.ts';
import type { Change, ChangeBatch, Watch } from '../contract.ts';
import type { Ledger } from './ledger.ts';

/** What the hub asks for what went before. */
type Past = Pick<Ledger, 'revision' | 'history'>;

interface Watcher {
  readonly prefix: string;
  readonly sink: (batch: ChangeBatch) => void;
  /** The last revision that it has seen or asked to leave out. */
  position: number;
  closed: boolean;
}

/** All watchers of one prefix: a batch is filtered once for them. */
interface WatchedPrefix {
  readonly watchers: Set<Watcher>;
  changes: Change[];
}

/**
 * Hands durable changes to watchers. A change costs a look-up for each slash in its key and for each length of prefix
 * without a slash at its end, however many prefixes are watched.
 */
export class WatchHub {
  readonly #ledger: Past;
  readonly #log: Logger;
  readonly #prefixes = new Map<string, WatchedPrefix>();
  /** How many watched prefixes that do not end in a slash have this length. */
  readonly #oddLengths = new Map<number, number>();
  readonly #catchingUp = new Set<Watcher>();

  constructor(ledger: Past, log: Logger) {
    this.#ledger = ledger;
    this.#log = log;
  }

  add(prefix: string, sink: (batch: ChangeBatch) => void, afterRevision: number): Watch {
    const watcher: Watcher = { prefix, sink, position: afterRevision, closed: false };
    this.#register(watcher);
    if (afterRevision < this.#ledger.revision()) {
      this.#catchingUp.add(watcher);
      // Not at once: the caller should hold its Watch before the first batch arrives.
      setImmediate(() => this.#catchUp(watcher));
    }
    return { close: () => this.#remove(watcher) };
  }

  /** Called with each durable commit, in order. */
  dispatch(batch: ChangeBatch): void {
    if (this.#prefixes.size === 0) return;
    this.catchUpAll();
    const touched = new Set<WatchedPrefix>();
    for (const change of batch.changes) {
      this.#eachMatch(change.type === 'put' ? change.entry.key : change.key, (watched) => {
        touched.add(watched);
        watched.changes.push(change);
      });
    }
    for (const watched of touched) {
      const { changes } = watched;
      watched.changes = [];
      const part = changes.length === batch.changes.length ? batch : { revision: batch.revision, changes };
      for (const watcher of [...watched.watchers]) this.#deliver(watcher, part);
    }
  }

  /** Brings late watchers up to date; the engine calls it before history is dropped. */
  catchUpAll(): void {
    for (const watcher of this.#catchingUp) this.#catchUp(watcher);
  }

  close(): void {
    for (const { watchers } of this.#prefixes.values()) for (const watcher of watchers) watcher.closed = true;
    this.#prefixes.clear();
    this.#catchingUp.clear();
  }

  #catchUp(watcher: Watcher): void {
    if (!this.#catchingUp.delete(watcher)) return;
    for (const batch of this.#ledger.history(watcher.prefix, watcher.position)) this.#deliver(watcher, batch);
    // History holds nothing for other prefixes, but all of it has been passed.
    watcher.position = Math.max(watcher.position, this.#ledger.revision());
  }

  #deliver(watcher: Watcher, batch: ChangeBatch): void {
    if (watcher.closed || batch.revision <= watcher.position) return;
    watcher.position = batch.revision;
    try {
      watcher.sink(batch);
    } catch (thrown) {
      this.#log.error('a watcher failed', { prefix: watcher.prefix, error: errorMessage(thrown) });
    }
  }

  #eachMatch(key: string, visit: (watched: WatchedPrefix) => void): void {
    for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) {
      const watched = this.#prefixes.get(key.slice(0, at + 1));
      if (watched) visit(watched);
    }
    for (const length of this.#oddLengths.keys()) {
      if (length > key.length || (length > 0 && key.charCodeAt(length - 1) === slash)) continue;
      const watched = this.#prefixes.get(key.slice(0, length));
      if (watched) visit(watched);
    }
  }

  #register(watcher: Watcher): void {
    const watched = this.#prefixes.get(watcher.prefix);
    if (watched) {
      watched.watchers.add(watcher);
      return;
    }
    this.#prefixes.set(watcher.prefix, { watchers: new Set([watcher]), changes: [] });
    this.#countOddLength(watcher.prefix, 1);
  }

  #remove(watcher: Watcher): void {
    if (watcher.closed) return;
    watcher.closed = true;
    this.#catchingUp.delete(watcher);
    const watched = this.#prefixes.get(watcher.prefix);
    if (!watched?.watchers.delete(watcher) || watched.watchers.size > 0) return;
    this.#prefixes.delete(watcher.prefix);
    this.#countOddLength(watcher.prefix, -1);
  }

  #countOddLength(prefix: string, step: 1 | -1): void {
    if (prefix.endsWith('/')) return;
    const count = (this.#oddLengths.get(prefix.length) ?? 0) + step;
    if (count === 0) this.#oddLengths.delete(prefix.length);
    else this.#oddLengths.set(prefix.length, count);
  }
}

const slash = 0x2f;
