import { type Clock, errorMessage, type JsonObject, type Logger, type Timer } from '../../base/index.ts';
import type { Backends, FrontProxyIdentity } from '../backends/index.ts';
import type { ElsewhereVersion, ResourceRegistry } from '../discovery/registry.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { openApiOf, resourcesOf } from './remote-documents.ts';
import { type RemoteService, remoteServiceOf } from './remote-service.ts';

const remoteServicesLimits = {
  /** How often what the servers say of themselves is read again, besides when their APIServices change. */
  againMs: 60_000,
  /** Servers that are read at the same time. */
  readers: 4,
  /** What is kept of one server's documents, and of all of them together, as JSON: what is longer is left out. */
  documentCharacters: 8 * 1024 * 1024,
  allDocumentsCharacters: 32 * 1024 * 1024,
} as const;

type Documents = Pick<ElsewhereVersion, 'resources' | 'isFresh' | 'openApiV3' | 'swagger'>;

const nothingKnown: Documents = { resources: undefined, isFresh: false, openApiV3: {}, swagger: undefined };

interface Entry {
  readonly remote: RemoteService;
  documents: Documents;
  /** Of the documents, as JSON. */
  characters: number;
}

export interface RemoteServicesParts {
  readonly backends: Backends;
  readonly frontProxy: FrontProxyIdentity;
  readonly resources: ResourceRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  /** What this server serves beside its resources, while no APIService of that group version is there. */
  readonly own?: readonly ElsewhereVersion[];
}

/** Group versions of services elsewhere: who serves them, and what they say of themselves. Every process that answers has one. */
export class RemoteServices {
  readonly #parts: RemoteServicesParts;
  #entries = new Map<string, Entry>();
  #timer: Timer | undefined;
  #isClosed = false;
  readonly #toRead = new Set<Entry>();
  #readers = 0;

  constructor(parts: RemoteServicesParts) {
    this.#parts = parts;
  }

  /** What there is now; requests go by it at once. */
  update(apiServices: readonly JsonObject[]): void {
    const before = this.#entries;
    this.#entries = new Map();
    const changed: Entry[] = [];
    for (const apiService of apiServices) {
      const remote = remoteServiceOf(apiService);
      if (!remote) continue;
      const known = before.get(keyOf(remote));
      const isSame = known && JSON.stringify(known.remote) === JSON.stringify(remote);
      const entry = isSame
        ? known
        : { remote, documents: documentsAfter(known, remote), characters: known?.characters ?? 0 };
      this.#entries.set(keyOf(remote), entry);
      if (!isSame && remote.isAvailable) changed.push(entry);
    }
    this.#tell();
    for (const entry of changed) this.#readSoon(entry);
    if (this.#entries.size > 0) this.#timer ??= this.#readLater();
  }

  /** Who serves what a request asks for; undefined: this server. */
  of(info: RequestInfo): RemoteService | undefined {
    if (this.#entries.size === 0) return undefined;
    if (info.kind === 'resource') return this.#entries.get(keyOf(info))?.remote;
    const [first, ...rest] = info.path.slice(1).split('/');
    const isDocument = first === 'openapi' && rest[0] === 'v3';
    const parts = isDocument ? rest.slice(1) : [first, ...rest];
    const [root, group = '', version = ''] = parts;
    // Everybody may read documents: what is below their paths is no document, and could lead up again.
    if (isDocument && parts.length !== (root === 'api' ? 2 : 3)) return undefined;
    if (root === 'api') return this.#entries.get(keyOf({ group: '', version: group }))?.remote;
    return root === 'apis' ? this.#entries.get(keyOf({ group, version }))?.remote : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #tell(): void {
    const versions = [...this.#entries.values()].map(({ remote, documents }) => ({
      ...{ group: remote.group, version: remote.version, priority: remote.priority },
      ...documents,
    }));
    const own = (this.#parts.own ?? []).filter((each) => !this.#entries.has(keyOf(each)));
    this.#parts.resources.setElsewhere([...own, ...versions]);
  }

  #readLater(): Timer {
    return this.#parts.clock.after(remoteServicesLimits.againMs, () => {
      this.#timer = undefined;
      if (this.#isClosed || this.#entries.size === 0) return;
      for (const entry of this.#entries.values()) if (entry.remote.isAvailable) this.#readSoon(entry);
      this.#timer = this.#readLater();
    });
  }

  #readSoon(entry: Entry): void {
    this.#toRead.add(entry);
    if (this.#readers < remoteServicesLimits.readers) void this.#readInTurn();
  }

  async #readInTurn(): Promise<void> {
    this.#readers++;
    try {
      for (const entry of this.#toRead) {
        this.#toRead.delete(entry);
        await this.#read(entry).catch((thrown: unknown) => {
          const error = errorMessage(thrown);
          this.#parts.log.error('an extension server cannot be read', { name: entry.remote.name, error });
        });
      }
    } finally {
      this.#readers--;
    }
  }

  async #read(entry: Entry): Promise<void> {
    // Gone or changed since.
    if (this.#isClosed || this.#entries.get(keyOf(entry.remote)) !== entry) return;
    const { remote } = entry;
    const [resources, openApi] = await Promise.allSettled([
      resourcesOf(this.#parts, remote),
      openApiOf(this.#parts, remote),
    ]);
    // Meanwhile there may be another one, or none.
    if (this.#isClosed || this.#entries.get(keyOf(remote)) !== entry) return;
    const isRead = resources.status === 'fulfilled';
    if (!isRead) {
      const error = errorMessage(resources.reason);
      this.#parts.log.warn('an extension server does not say what it serves', { name: remote.name, error });
    }
    const read = {
      resources: isRead ? resources.value : entry.documents.resources,
      isFresh: isRead,
      ...(openApi.status === 'fulfilled'
        ? openApi.value
        : {
            openApiV3: entry.documents.openApiV3,
            swagger: entry.documents.swagger,
          }),
    };
    const { documentCharacters, allDocumentsCharacters } = remoteServicesLimits;
    const characters = JSON.stringify(read).length;
    let others = -entry.characters;
    for (const each of this.#entries.values()) others += each.characters;
    const fits = characters <= documentCharacters && others + characters <= allDocumentsCharacters;
    if (!fits)
      this.#parts.log.warn('the documents of an extension server are too long', { name: remote.name });
    entry.documents = fits ? read : nothingKnown;
    entry.characters = fits ? characters : 0;
    this.#tell();
  }
}

/** What was read of a server that is not available stays, as what it was. */
function documentsAfter(known: Entry | undefined, { isAvailable, service }: RemoteService): Documents {
  if (!known || JSON.stringify(known.remote.service) !== JSON.stringify(service)) return nothingKnown;
  return isAvailable ? known.documents : { ...known.documents, isFresh: false };
}

function keyOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return `${group}/${version}`;
}
