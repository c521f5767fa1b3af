import { decodeJson, deepFreeze, encodeJson } from '../../base/index.ts';
import { type Guard, Mirror, type MirrorChange, type Store } from '../../store/index.ts';
import type { ResourceRecord } from '../contract.ts';
import { recordKey, recordPrefix } from './keys.ts';

/** A record with the store revision of its last write. */
export interface CachedRecord {
  readonly record: ResourceRecord;
  readonly revision: number;
}

/** Every record, decoded once and frozen, found by lower-cased id, by type and by what contains it. */
export class RecordCache {
  readonly #mirror: Mirror<ResourceRecord>;
  readonly #byType = new Map<string, Set<string>>();
  readonly #byContainer = new Map<string, Set<string>>();
  readonly #listeners = new Set<(record: ResourceRecord) => void>();
  /** Changed by the commit that is being shown. */
  #changed: ResourceRecord[] = [];

  constructor(store: Store) {
    this.#mirror = new Mirror({
      store,
      prefix: `${recordPrefix}/`,
      decode: decodeRecord,
      onChange: (change) => this.#index(change),
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
  moved(guard: Guard): Promise<void> {
    return this.#mirror.moved(guard);
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
    const root = scope === '' || scope === '/';
    const prefix = root ? recordPrefix : recordKey(scope);
    const found: ResourceRecord[] = [];
    const wantedType = type?.toLowerCase();
    for (const key of this.#candidates(root ? undefined : prefix, wantedType)) {
      if (!root && key !== prefix && !(key.startsWith(prefix) && key.charCodeAt(prefix.length) === 47))
        continue;
      const record = this.#mirror.get(key)?.value;
      if (record === undefined) continue;
      if (wantedType !== undefined && record.type.toLowerCase() !== wantedType) continue;
      found.push(record);
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
    return ofType ?? ofContainer ?? this.#mirror.keys();
  }

  /** Calls `listener` after every change, with the record as it is or last was. */
  onChange(listener: (record: ResourceRecord) => void): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  #index({ key, before, after }: MirrorChange<ResourceRecord>): void {
    if (before && before.type !== after?.type) this.#unindex(key, before);
    if (after && before?.type !== after.type) {
      addTo(this.#byType, after.type.toLowerCase(), key);
      for (const container of containersOf(key)) addTo(this.#byContainer, container, key);
    }
    const shown = after ?? before;
    if (shown) this.#changed.push(shown);
  }

  #unindex(key: string, record: ResourceRecord): void {
    dropFrom(this.#byType, record.type.toLowerCase(), key);
    for (const container of containersOf(key)) dropFrom(this.#byContainer, container, key);
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
