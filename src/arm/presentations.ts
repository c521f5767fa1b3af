import { encodeJson, type JsonObject } from '../base/index.ts';
import type { PresentContext, RecordReader, ResourceRecord, ResourceType } from './contract.ts';
import { renderListed, renderResource } from './envelope.ts';
import type { ReadStamp, RecordCache } from './records/cache.ts';

const presentationLimits = {
  /** Of all texts that are kept; all are forgotten when they come to more. */
  keptBytes: 32 * 1024 * 1024,
  /** What a kept text takes besides its bytes, about. */
  overheadBytes: 1_024,
  /** Of one record: for several api-versions, alone and in lists. */
  textsPerRecord: 4,
} as const;

/** A record's text, with all that it was made of. */
interface Kept {
  readonly bytes: Uint8Array;
  readonly reads: Reads;
}

/**
 * Answers as the bytes that callers get, made once for a record as it stands. A text is shown again while nothing has changed that
 * went into it: the record is the same object, and so is each record that its type read for it, each list that it read would come
 * out the same, and those parts of the request that it looked at are alike. That is found out by handing the type a context that
 * takes notes, so that nothing has to be declared. Who may see a record is never part of this: it is asked before.
 */
export class Presentations {
  readonly #cache: RecordCache;
  readonly #records: RecordReader;
  #resources = new WeakMap<ResourceRecord, Kept[]>();
  #listed = new WeakMap<ResourceRecord, Uint8Array>();
  #keptBytes = 0;

  constructor(cache: RecordCache) {
    this.#cache = cache;
    this.#records = {
      get: async (id) => cache.get(id)?.record,
      list: async (scope, type) => cache.list(scope, type),
    };
  }

  /** A record as its GET or the list of its type answers it, in UTF-8. Not a promise when it is known. */
  resource(
    record: ResourceRecord,
    type: ResourceType,
    asked: Omit<PresentContext, 'records'>,
  ): Uint8Array | Promise<Uint8Array> {
    for (const { bytes, reads } of this.#resources.get(record) ?? []) {
      if (reads.hold(asked)) return bytes;
    }
    return this.#make(record, type, asked);
  }

  /** A record as lists of every type answer it, without anything expanded. */
  listed(record: ResourceRecord): Uint8Array {
    const known = this.#listed.get(record);
    if (known) return known;
    const bytes = encodeJson(renderListed(record, nothing));
    this.#count(bytes);
    this.#listed.set(record, bytes);
    return bytes;
  }

  async #make(
    record: ResourceRecord,
    type: ResourceType,
    asked: Omit<PresentContext, 'records'>,
  ): Promise<Uint8Array> {
    // What is made up for one answer is never asked for again.
    if (this.#cache.get(record.id)?.record !== record) {
      return encodeJson(await renderResource(record, type, { ...asked, records: this.#records }));
    }
    const reads = new Reads(this.#cache, asked);
    const bytes = encodeJson(await renderResource(record, type, reads));
    if (this.#cache.get(record.id)?.record !== record) return bytes;
    this.#count(bytes);
    const others = (this.#resources.get(record) ?? []).filter((kept) => !kept.reads.hold(asked));
    this.#resources.set(record, [
      { bytes, reads },
      ...others.slice(0, presentationLimits.textsPerRecord - 1),
    ]);
    return bytes;
  }

  /** Texts of records that have gone are counted until everything is forgotten: what is kept is never more. */
  #count({ byteLength }: Uint8Array): void {
    const bytes = byteLength + presentationLimits.overheadBytes;
    this.#keptBytes += bytes;
    if (this.#keptBytes <= presentationLimits.keptBytes) return;
    this.#keptBytes = bytes;
    this.#resources = new WeakMap();
    this.#listed = new WeakMap();
  }
}

const nothing: ReadonlySet<string> = new Set();

/** The context of one presentation, which notes what is looked at. */
class Reads implements PresentContext {
  readonly #cache: RecordCache;
  readonly #asked: Omit<PresentContext, 'records'>;
  readonly #looked = new Set<keyof Omit<PresentContext, 'records'>>();
  readonly #records = new Map<string, ResourceRecord | undefined>();
  readonly #lists = new Map<string, ReadStamp>();
  readonly records: RecordReader;

  constructor(cache: RecordCache, asked: Omit<PresentContext, 'records'>) {
    this.#cache = cache;
    this.#asked = asked;
    this.records = {
      get: async (id) => this.#get(id),
      list: async (scope, type) => this.#list(scope, type),
    };
  }

  get apiVersion(): string {
    this.#looked.add('apiVersion');
    return this.#asked.apiVersion;
  }

  get inList(): boolean {
    this.#looked.add('inList');
    return this.#asked.inList;
  }

  get origin(): string {
    this.#looked.add('origin');
    return this.#asked.origin;
  }

  /** True while all that was looked at is as it was, for a request that differs in nothing that was. */
  hold(asked: Omit<PresentContext, 'records'>): boolean {
    for (const part of this.#looked) if (this.#asked[part] !== asked[part]) return false;
    for (const [id, record] of this.#records) if (this.#cache.get(id)?.record !== record) return false;
    for (const stamp of this.#lists.values()) if (!this.#cache.holds(stamp)) return false;
    return true;
  }

  /** What was read first counts: if another read saw something newer, the text does not hold. */
  #get(id: string): ResourceRecord | undefined {
    const record = this.#cache.get(id)?.record;
    if (!this.#records.has(id)) this.#records.set(id, record);
    return record;
  }

  #list(scope: string, type: string | undefined): readonly ResourceRecord[] {
    const name = `${type ?? ''} ${scope}`;
    if (!this.#lists.has(name)) this.#lists.set(name, this.#cache.stamp(scope, type));
    return this.#cache.list(scope, type);
  }
}

/** `{"value":[…]}` of items that are texts already. */
export function listBody(items: readonly Uint8Array[], nextLink: string | undefined): Uint8Array[] {
  const chunks: Uint8Array[] = [opening];
  items.forEach((item, at) => {
    if (at > 0) chunks.push(comma);
    chunks.push(item);
  });
  const link: JsonObject = { nextLink };
  chunks.push(nextLink === undefined ? closing : Buffer.from(`],${JSON.stringify(link).slice(1)}`));
  return chunks;
}

const opening = Buffer.from('{"value":[');
const comma = Buffer.from(',');
const closing = Buffer.from(']}');
