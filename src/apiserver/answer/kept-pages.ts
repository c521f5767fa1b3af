import type { PageIdentity } from '../call/call.ts';
import type { Collection } from '../storage/collection.ts';

export const keptPagesLimits = {
  /** Pages put together that are in memory, be it only because an answer with them is still on its way. */
  aliveBytes: 128 * 1024 * 1024,
  /** Kept to be found again; for the whole process. */
  bytes: 32 * 1024 * 1024,
  /** Smaller pages are put together again faster than found. */
  leastBytes: 64 * 1024,
} as const;

interface Kept {
  readonly page: Omit<PageIdentity, 'collection'>;
  /** Weak: a cluster that is gone takes its objects along, also when its pages are among the latest. */
  readonly collection: WeakRef<Collection>;
  readonly items: Buffer;
}

/** The latest pages that were put together, as long as their collections stay as they are. */
export class KeptPages {
  #kept: Kept[] = [];
  #bytes = 0;
  #alive: { readonly items: WeakRef<Buffer>; readonly bytes: number }[] = [];
  #aliveBytes = 0;

  /** False while so many pages are on their way to readers that another copy would be too much. */
  mayJoin(bytes: number): boolean {
    if (bytes < keptPagesLimits.leastBytes) return true;
    if (bytes > keptPagesLimits.bytes) return false;
    if (this.#aliveBytes + bytes > keptPagesLimits.aliveBytes) this.#forgetTheDead();
    return this.#aliveBytes + bytes <= keptPagesLimits.aliveBytes;
  }

  find(page: PageIdentity): Buffer | undefined {
    const at = this.#kept.findIndex((kept) => isSame(kept, page));
    const found = this.#kept[at];
    if (!found) return undefined;
    this.#kept.splice(at, 1);
    this.#kept.push(found);
    return found.items;
  }

  /** Remembers a page that was put together; without `page` it is of no use to others. */
  keep(page: PageIdentity | undefined, items: Buffer): void {
    if (items.length < keptPagesLimits.leastBytes) return;
    this.#alive.push({ items: new WeakRef(items), bytes: items.length });
    this.#aliveBytes += items.length;
    if (!page) return;
    // What a collection has left behind nobody will ask for again.
    this.#kept = this.#kept.filter((kept) => kept.page.revision === kept.collection.deref()?.lastRevision);
    const { collection, ...rest } = page;
    this.#kept.push({ page: rest, collection: new WeakRef(collection), items });
    this.#bytes = this.#kept.reduce((bytes, { items }) => bytes + items.length, 0);
    while (this.#bytes > keptPagesLimits.bytes) {
      const dropped = this.#kept.shift();
      if (!dropped) return;
      this.#bytes -= dropped.items.length;
    }
  }

  #forgetTheDead(): void {
    this.#alive = this.#alive.filter(({ items }) => items.deref() !== undefined);
    this.#aliveBytes = this.#alive.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

function isSame({ page, collection }: Kept, asked: PageIdentity): boolean {
  return (
    page.text === asked.text &&
    page.revision === asked.revision &&
    page.resource === asked.resource &&
    collection.deref() === asked.collection
  );
}
