import type { PageIdentity } from '../verbs/call.ts';

export const keptPagesLimits = {
  /** For the whole process. */
  bytes: 32 * 1024 * 1024,
  /** Smaller pages are put together again faster than found. */
  leastBytes: 64 * 1024,
} as const;

interface Kept {
  readonly page: PageIdentity;
  readonly items: Buffer;
}

/** The latest pages that were put together, as long as their collections stay as they are. */
export class KeptPages {
  #kept: Kept[] = [];
  #bytes = 0;

  get(page: PageIdentity, make: () => Buffer): Buffer {
    const at = this.#kept.findIndex((kept) => isSame(kept.page, page));
    const found = this.#kept[at];
    if (found) {
      this.#kept.splice(at, 1);
      this.#kept.push(found);
      return found.items;
    }
    const items = make();
    if (items.length >= keptPagesLimits.leastBytes) this.#keep({ page, items });
    return items;
  }

  #keep(kept: Kept): void {
    // What a collection has left behind nobody will ask for again.
    this.#kept = this.#kept.filter(({ page }) => page.revision === page.collection.lastRevision);
    this.#kept.push(kept);
    this.#bytes = this.#kept.reduce((bytes, { items }) => bytes + items.length, 0);
    while (this.#bytes > keptPagesLimits.bytes) {
      const dropped = this.#kept.shift();
      if (!dropped) return;
      this.#bytes -= dropped.items.length;
    }
  }
}

function isSame(a: PageIdentity, b: PageIdentity): boolean {
  return (
    a.collection === b.collection &&
    a.revision === b.revision &&
    a.resource === b.resource &&
    a.text === b.text
  );
}
