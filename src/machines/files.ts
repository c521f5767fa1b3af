const fileLimits = {
  /** What programs write into one container. */
  writtenBytes: 1024 * 1024,
  writtenFiles: 256,
  pathCharacters: 4_096,
} as const;

/** The files of one container: what is mounted and given, and above it what its programs wrote. */
export class Files {
  readonly #given: ReadonlyMap<string, Uint8Array>;
  readonly #written: Map<string, Buffer>;
  readonly #readOnly: readonly string[];
  readonly #folders: Set<string>;

  /** `written` outlives this: it is what the container keeps until it is started again. */
  constructor(options: {
    readonly given: ReadonlyMap<string, Uint8Array>;
    readonly written?: Map<string, Buffer>;
    /** Folders that nobody writes to. */
    readonly readOnly: readonly string[];
    readonly folders: readonly string[];
  }) {
    this.#given = options.given;
    this.#written = options.written ?? new Map();
    this.#readOnly = options.readOnly;
    this.#folders = new Set([...usualFolders, ...options.folders]);
  }

  read(path: string): Buffer | undefined {
    const found = this.#written.get(path) ?? this.#given.get(path);
    return found && Buffer.from(found);
  }

  isFolder(path: string): boolean {
    if (path === '/' || this.#folders.has(path)) return true;
    const prefix = `${path}/`;
    return this.#paths().some((each) => each.startsWith(prefix));
  }

  /** The names in a folder, sorted. */
  list(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const names = new Set<string>();
    for (const each of this.#paths()) {
      if (each.startsWith(prefix) && each !== prefix)
        names.add(each.slice(prefix.length).split('/')[0] ?? '');
    }
    names.delete('');
    return [...names].sort();
  }

  /** Why it cannot be written, in a shell's words; undefined: it is. */
  write(path: string, chunks: readonly Uint8Array[], append: boolean): string | undefined {
    if (path === '/dev/null') return undefined;
    const refusal = this.#refusal(path);
    if (refusal !== undefined) return refusal;
    const before = append ? (this.read(path) ?? Buffer.alloc(0)) : Buffer.alloc(0);
    const bytes = Buffer.concat([before, ...chunks]);
    let others = 0;
    for (const [name, held] of this.#written) if (name !== path) others += held.length;
    const isFull = !this.#written.has(path) && this.#written.size >= fileLimits.writtenFiles;
    if (isFull || others + bytes.length > fileLimits.writtenBytes) return 'No space left on device';
    this.#written.set(path, bytes);
    return undefined;
  }

  makeFolder(path: string): string | undefined {
    return this.isFolder(path) ? undefined : (this.#refusal(path) ?? this.write(`${path}/`, [], false));
  }

  /** Takes away what was written; what is mounted stays. */
  remove(path: string, withContents: boolean): string | undefined {
    const below = [...this.#written.keys()].filter(
      (each) => each === path || (withContents && each.startsWith(`${path}/`)),
    );
    for (const each of below) this.#written.delete(each);
    if (below.length > 0) return undefined;
    if (this.#given.has(path) || this.isFolder(path)) return 'Read-only file system';
    return 'No such file or directory';
  }

  /** The paths that a pattern with `*` and `?` means, as it is written; none: the pattern stays. */
  matching(folder: string, pattern: string): string[] {
    const slash = pattern.lastIndexOf('/');
    const prefix = pattern.slice(0, slash + 1);
    if (/[*?]/.test(prefix)) return [];
    const names = this.list(resolvePath(folder, prefix === '' ? '.' : prefix));
    const wanted = pattern.slice(slash + 1);
    return names.filter((name) => !name.startsWith('.') && isLike(name, wanted)).map((name) => prefix + name);
  }

  #paths(): string[] {
    return [...this.#given.keys(), ...this.#written.keys(), ...this.#folders];
  }

  #refusal(path: string): string | undefined {
    if (path.length > fileLimits.pathCharacters) return 'File name too long';
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (this.#readOnly.some((root) => path === root || path.startsWith(`${root}/`)))
      return 'Read-only file system';
    if (this.isFolder(path)) return 'Is a directory';
    return this.isFolder(parent) ? undefined : 'nonexistent directory';
  }
}

const usualFolders = ['/bin', '/dev', '/etc', '/home', '/proc', '/root', '/tmp', '/usr', '/var', '/var/run'];

/** Without going back: what a star takes is tried once for each place. */
function isLike(name: string, pattern: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  let index = 0;
  while (index < name.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      resume = index;
    } else if (wanted === '?' || wanted === name[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** An absolute path without `.`, `..` and double slashes. */
export function resolvePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
