import { decodeJson, deepFreeze, encodeJson, Recent } from '../../base/index.ts';
import { type Entry, type Guard, Mirror, type MirrorChange, type Store } from '../../store/index.ts';
import type { ResourceRecord } from '../contract.ts';
import { KeyIndex, type ListStamp } from './key-index.ts';
import { recordKey, recordPrefix } from './keys.ts';

/** A record with the store revision of its last write. */
export interface CachedRecord {
  readonly record: ResourceRecord;
  readonly revision: number;
}

/** What a list was read from; see `RecordCache.holds`. */
export interface ReadStamp {
  readonly below: ListStamp;
  /** The key that the list was asked at, and what stood there itself. */
  readonly key: string | undefined;
  readonly own: ResourceRecord | undefined;
}

/** Sorted lists that are kept for the next one who asks, and the items that they hold together at most. */
const keptLists = { lists: 512, items: 100_000 } as const;

interface KeptList {
  readonly stamp: ReadStamp;
  readonly records: readonly ResourceRecord[];
}

/** Every record, decoded once and frozen, found by lower-cased id, by type and by what contains it. */
export class RecordCache {
  readonly #mirror: Mirror<ResourceRecord>;
  readonly #index = new KeyIndex();
  #sorted = new Recent<KeptList>(keptLists.lists);
  #sortedItems = 0;
  readonly #listeners = new Set<(record: ResourceRecord) => void>();
  /** Changed by the commit that is being shown. */
  #changed: ResourceRecord[] = [];

  constructor(store: Store) {
    this.#mirror = new Mirror({
      store,
      prefix: `${recordPrefix}/`,
      decode: decodeRecord,
      onChange: (change) => this.#follow(change),
      onSeen: () => this.#tell(),
    });
  }

  /** Loads what stands and follows it from there. */
  async start(): Promise<void> {
    await this.#mirror.start();
    this.#changed = [];
  }

  close(): void {
    this.#mirror.close();
    this.#listeners.clear();
  }

  get(id: string): CachedRecord | undefined {
    const found = this.#mirror.get(recordKey(id));
    return found && { record: found.value, revision: found.revision };
  }

  /** The moment that this cache shows, as a revision of the store. */
  get seen(): number {
    return this.#mirror.seen;
  }

  /** Resolves when the commit of a record, by its revision, is shown. */
  reached(revision: number): Promise<void> {
    return this.#mirror.reached(revision);
  }

  /** Resolves when what made the guard of a record fail is shown. */
  moved(guard: Guard, current: Entry | undefined): Promise<void> {
    return this.#mirror.moved(guard, current);
  }

  get size(): number {
    return this.#mirror.size;
  }

  /** The stored form of a record that is about to be committed; from here on it is frozen. */
  encode(record: ResourceRecord): Uint8Array {
    return this.#mirror.writing(encodeJson(record), deepFreeze(record));
  }

  /** Records at and below `scope` ('' is the tenant), of one type when it is given, in no particular order. */
  list(scope: string, type?: string): ResourceRecord[] {
    const prefix = prefixOf(scope);
    const found: ResourceRecord[] = [];
    const wantedType = type?.toLowerCase();
    const candidates = this.#index.candidates(prefix, wantedType) ?? this.#mirror.keys();
    const take = (key: string) => {
      const record = this.#mirror.get(key)?.value;
      if (record && (wantedType === undefined || record.type.toLowerCase() === wantedType))
        found.push(record);
    };
    // What stands at the scope itself does not lie in it.
    if (prefix !== undefined) take(prefix);
    const within = prefix === undefined ? '' : `${prefix}/`;
    for (const key of candidates) if (key.startsWith(within)) take(key);
    return found;
  }

  /** The same ordered by id, without case: one list for all who ask while nothing in it changes. */
  sorted(scope: string, type?: string): readonly ResourceRecord[] {
    const name = `${type ?? ''} ${scope}`;
    const kept = this.#sorted.get(name);
    if (kept && this.holds(kept.stamp)) return kept.records;
    const stamp = this.stamp(scope, type);
    const records = sortedById(this.list(scope, type));
    this.#sortedItems += records.length;
    if (this.#sortedItems > keptLists.items) {
      this.#sorted = new Recent(keptLists.lists);
      this.#sortedItems = records.length;
    }
    this.#sorted.set(name, { stamp, records });
    return records;
  }

  /** The moment of a list, to be asked about with `holds`. */
  stamp(scope: string, type?: string): ReadStamp {
    const key = prefixOf(scope);
    return {
      below: this.#index.stamp(key, type?.toLowerCase()),
      key,
      own: key === undefined ? undefined : this.#mirror.get(key)?.value,
    };
  }

  /** True while a list that was read at the stamp would come out the same. */
  holds({ below, key, own }: ReadStamp): boolean {
    if (!this.#index.holds(below)) return false;
    return key === undefined || this.#mirror.get(key)?.value === own;
  }

  /** Calls `listener` after every change, with the record as it is or last was. */
  onChange(listener: (record: ResourceRecord) => void): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  #follow({ key, before, after }: MirrorChange<ResourceRecord>): void {
    if (before && before.type === after?.type) this.#index.touch(key, before.type);
    else {
      if (before) this.#index.drop(key, before.type);
      if (after) this.#index.add(key, after.type);
    }
    const shown = after ?? before;
    if (shown) this.#changed.push(shown);
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const record of changed) for (const listener of this.#listeners) listener(record);
  }
}

/** A record from its stored bytes, frozen: readers share it. */
function decodeRecord(value: Uint8Array): ResourceRecord {
  // Only this room writes below its prefix, always from a ResourceRecord.
  return deepFreeze(decodeJson(value) as unknown as ResourceRecord);
}

/** Where the keys of a scope begin; undefined for the tenant, where all do. */
function prefixOf(scope: string): string | undefined {
  return scope === '' || scope === '/' ? undefined : recordKey(scope);
}

function sortedById(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  return records
    .map((record) => ({ record, id: record.id.toLowerCase() }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .map(({ record }) => record);
}
