import { decodeJson, deepFreeze, encodeJson } from '../../base/index.ts';
import type { Change, Entry, Store, Watch } from '../../store/contract.ts';
import type { ResourceRecord } from '../contract.ts';
import { recordKey, recordPrefix } from './keys.ts';

/** A record with the store revision of its last write. */
export interface CachedRecord {
  readonly record: ResourceRecord;
  readonly revision: number;
  /** Counts changes as this cache saw them: says whether a record changed since a moment in a request. */
  readonly sequence: number;
}

/**
 * Every record, decoded once and frozen, found by lower-cased id, by type and by what contains it. Fed by the store's
 * watch; own commits are applied at once, so a caller reads its own writes.
 */
export class RecordCache {
  readonly #byKey = new Map<string, CachedRecord>();
  readonly #byType = new Map<string, Set<string>>();
  readonly #byContainer = new Map<string, Set<string>>();
  /** Keys deleted by own commits, until the watch has passed them: an older event must not bring them back. */
  readonly #deleted = new Map<string, number>();
  readonly #listeners = new Set<(record: ResourceRecord) => void>();
  readonly #store: Store;
  #sequence = 0;
  #watch: Watch | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Loads what stands and follows it from there. */
  async start(): Promise<void> {
    let afterKey: string | undefined;
    let revision: number | undefined;
    for (;;) {
      const page = await this.#store.range({
        prefix: `${recordPrefix}/`,
        limit: 5000,
        ...(afterKey !== undefined && { afterKey }),
        ...(revision !== undefined && { atRevision: revision }),
      });
      revision = page.revision;
      for (const entry of page.entries) this.#applyEntry(entry);
      afterKey = page.entries.at(-1)?.key;
      if (!page.more || afterKey === undefined) break;
    }
    this.#watch = await this.#store.watch(
      `${recordPrefix}/`,
      (batch) => {
        for (const change of batch.changes) this.#applyChange(change, batch.revision);
        for (const [key, deletedAt] of this.#deleted)
          if (deletedAt <= batch.revision) this.#deleted.delete(key);
      },
      revision,
    );
  }

  close(): void {
    this.#watch?.close();
    this.#listeners.clear();
  }

  get(id: string): CachedRecord | undefined {
    return this.#byKey.get(recordKey(id));
  }

  /** Moves with every change that this cache sees. */
  get sequence(): number {
    return this.#sequence;
  }

  /** A new moment without a change of a record, for what else must be ordered with them. */
  advance(): number {
    return ++this.#sequence;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Records at and below `scope` ('' is the tenant), of one type when it is given, in no particular order. */
  list(scope: string, type?: string): ResourceRecord[] {
    const root = scope === '' || scope === '/';
    const prefix = root ? recordPrefix : recordKey(scope);
    const found: ResourceRecord[] = [];
    const wantedType = type?.toLowerCase();
    for (const key of this.#candidates(root ? undefined : prefix, wantedType)) {
      if (!root && key !== prefix && !(key.startsWith(prefix) && key.charCodeAt(prefix.length) === 47))
        continue;
      const cached = this.#byKey.get(key);
      if (cached === undefined) continue;
      if (wantedType !== undefined && cached.record.type.toLowerCase() !== wantedType) continue;
      found.push(cached.record);
    }
    return found;
  }

  /** The smallest index that holds all answers. */
  #candidates(prefix: string | undefined, type: string | undefined): Iterable<string> {
    const ofType = type === undefined ? undefined : (this.#byType.get(type) ?? new Set<string>());
    const container = prefix === undefined ? undefined : containerOf(prefix);
    const ofContainer =
      container === undefined ? undefined : (this.#byContainer.get(container) ?? new Set<string>());
    if (ofType && ofContainer) return ofType.size <= ofContainer.size ? ofType : ofContainer;
    return ofType ?? ofContainer ?? this.#byKey.keys();
  }

  /** Calls `listener` after every change, with the record as it is or last was. */
  onChange(listener: (record: ResourceRecord) => void): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  /** Makes an own durable commit visible before the watch brings it. */
  applyOwn(key: string, record: ResourceRecord | undefined, revision: number): void {
    if (record) this.#put(key, deepFreeze(record), revision);
    else {
      this.#deleted.set(key, revision);
      this.#remove(key, revision);
    }
  }

  /** Takes over what the store said is current, after a lost race. */
  refresh(key: string, entry: Entry | undefined): void {
    if (entry) this.#applyEntry(entry);
    else this.#remove(key, this.#byKey.get(key)?.revision ?? 0);
  }

  #applyEntry(entry: Entry): void {
    if ((this.#byKey.get(entry.key)?.revision ?? -1) >= entry.revision) return;
    this.#put(entry.key, decodeRecord(entry.value), entry.revision);
  }

  #applyChange(change: Change, revision: number): void {
    if (change.type === 'put') this.#applyEntry(change.entry);
    else this.#remove(change.key, revision);
  }

  #put(key: string, record: ResourceRecord, revision: number): void {
    const known = this.#byKey.get(key);
    if (known && known.revision >= revision) return;
    if ((this.#deleted.get(key) ?? -1) >= revision) return;
    this.#byKey.set(key, { record, revision, sequence: ++this.#sequence });
    if (known && known.record.type !== record.type) this.#unindex(key, known.record);
    addTo(this.#byType, record.type.toLowerCase(), key);
    for (const container of containersOf(key)) addTo(this.#byContainer, container, key);
    this.#tell(record);
  }

  #remove(key: string, revision: number): void {
    const known = this.#byKey.get(key);
    if (!known || known.revision > revision) return;
    this.#sequence++;
    this.#byKey.delete(key);
    this.#unindex(key, known.record);
    this.#tell(known.record);
  }

  #unindex(key: string, record: ResourceRecord): void {
    dropFrom(this.#byType, record.type.toLowerCase(), key);
    for (const container of containersOf(key)) dropFrom(this.#byContainer, container, key);
  }

  #tell(record: ResourceRecord): void {
    for (const listener of this.#listeners) listener(record);
  }
}

/** A record from its stored bytes, frozen: readers share it. */
export function decodeRecord(value: Uint8Array): ResourceRecord {
  // Only this room writes below its prefix, always from a ResourceRecord.
  return deepFreeze(decodeJson(value) as unknown as ResourceRecord);
}

/** The stored form of a record. */
export function encodeRecord(record: ResourceRecord): Uint8Array {
  return encodeJson(record);
}

const containerPattern = /^\/arm\/records(\/subscriptions\/[^/]+)(\/resourcegroups\/[^/]+)?/;

/** The deepest indexed container at or above a key: its group, else its subscription. */
function containerOf(key: string): string | undefined {
  return containerPattern.exec(key)?.[0];
}

function containersOf(key: string): string[] {
  const match = containerPattern.exec(key);
  if (!match) return [];
  const subscription = recordPrefix + match[1];
  return match[2] === undefined ? [subscription] : [subscription, match[0]];
}

function addTo(index: Map<string, Set<string>>, name: string, key: string): void {
  const set = index.get(name);
  if (set) set.add(key);
  else index.set(name, new Set([key]));
}

function dropFrom(index: Map<string, Set<string>>, name: string, key: string): void {
  const set = index.get(name);
  if (set?.delete(key) && set.size === 0) index.delete(name);
}
