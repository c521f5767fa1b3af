import { recordPrefix } from './keys.ts';

/** Keys of one type, or of what lies below one container. */
interface Members {
  readonly keys: Set<string>;
  /** Of the last change of any of them; grows, and is never used twice. */
  version: number;
}

/** What lies above all keys that have the same text before their last slash. */
interface Above {
  readonly parent: string;
  readonly containers: readonly string[];
}

/** What a list was read from, so that it can be asked later whether it would come out the same. */
export interface ListStamp {
  readonly container: string | undefined;
  readonly type: string | undefined;
  readonly containerVersion: number;
  readonly typeVersion: number;
}

/** Keys of records by type and by all that contains them: subscription, group, and each resource above. */
export class KeyIndex {
  readonly #byType = new Map<string, Members>();
  readonly #byContainer = new Map<string, Members>();
  #version = 0;

  #above: Above = { parent: '', containers: [] };

  /** Takes a key in, as changed just now. */
  add(key: string, type: string): void {
    const version = ++this.#version;
    addTo(this.#byType, type.toLowerCase(), { key, version });
    for (const container of this.#containersAbove(key)) addTo(this.#byContainer, container, { key, version });
  }

  drop(key: string, type: string): void {
    this.touch(key, type);
    dropFrom(this.#byType, type.toLowerCase(), key);
    for (const container of this.#containersAbove(key)) dropFrom(this.#byContainer, container, key);
  }

  /** Says that the record behind a key is another one than before. */
  touch(key: string, type: string): void {
    const version = ++this.#version;
    const ofType = this.#byType.get(type.toLowerCase());
    if (ofType) ofType.version = version;
    for (const container of this.#containersAbove(key)) {
      const members = this.#byContainer.get(container);
      if (members) members.version = version;
    }
  }

  /** The smallest set of keys with all that lie below `prefix` and are of `type` (lower case); undefined: any key may. */
  candidates(prefix: string | undefined, type: string | undefined): ReadonlySet<string> | undefined {
    const container = prefix === undefined ? undefined : containerOf(prefix);
    const ofType = type === undefined ? undefined : (this.#byType.get(type)?.keys ?? none);
    const within = container === undefined ? undefined : (this.#byContainer.get(container)?.keys ?? none);
    if (ofType && within) return ofType.size <= within.size ? ofType : within;
    return ofType ?? within;
  }

  /** The moment of a list of what lies below `prefix` and is of `type` (lower case). */
  stamp(prefix: string | undefined, type: string | undefined): ListStamp {
    const container = prefix === undefined ? undefined : containerOf(prefix);
    return {
      container,
      type,
      containerVersion: this.#versionIn(container),
      typeVersion: this.#versionOf(type),
    };
  }

  /** True while nothing has changed in the container, or nothing of the type: the same list comes out. */
  holds({ container, type, containerVersion, typeVersion }: ListStamp): boolean {
    return this.#versionOf(type) === typeVersion || this.#versionIn(container) === containerVersion;
  }

  /** All containers that a key lies in, without itself: the same for all that stand side by side, as what is written in turn does. */
  #containersAbove(key: string): readonly string[] {
    const { parent, containers } = this.#above;
    if (key.lastIndexOf('/') === parent.length && key.startsWith(parent)) return containers;
    const found = containersAbove(key);
    this.#above = { parent: key.slice(0, key.lastIndexOf('/')), containers: found };
    return found;
  }

  /** What has nothing in it has the version 0, whatever was in it before. */
  #versionIn(container: string | undefined): number {
    return container === undefined ? this.#version : (this.#byContainer.get(container)?.version ?? 0);
  }

  #versionOf(type: string | undefined): number {
    return type === undefined ? this.#version : (this.#byType.get(type)?.version ?? 0);
  }
}

const none: ReadonlySet<string> = new Set();

/** Where the resources in front of a key or a prefix end: behind `/subscriptions/s`, `/resourcegroups/g`, each type with its name. */
function* ends(key: string): Generator<number> {
  let at = recordPrefix.length;
  while (at < key.length) {
    const words = key.startsWith('/providers/', at) ? 4 : 2;
    for (let word = 0; word < words; word++) {
      if (at >= key.length) return;
      const next = key.indexOf('/', at + 1);
      at = next < 0 ? key.length : next;
      if (at === key.length && word < words - 1) return;
    }
    yield at;
  }
}

/** The deepest container at or above a prefix; undefined for the tenant. */
function containerOf(prefix: string): string | undefined {
  let last: number | undefined;
  for (const end of ends(prefix)) last = end;
  return last === undefined ? undefined : prefix.slice(0, last);
}

/** All containers that a key lies in, without itself. */
function containersAbove(key: string): string[] {
  const above: string[] = [];
  for (const end of ends(key)) if (end < key.length) above.push(key.slice(0, end));
  return above;
}

function addTo(
  index: Map<string, Members>,
  name: string,
  { key, version }: { readonly key: string; readonly version: number },
): void {
  const members = index.get(name);
  if (!members) {
    index.set(name, { keys: new Set([key]), version });
    return;
  }
  members.keys.add(key);
  members.version = version;
}

function dropFrom(index: Map<string, Members>, name: string, key: string): void {
  const members = index.get(name);
  if (members?.keys.delete(key) && members.keys.size === 0) index.delete(name);
}
