const chunkKeys = 512;

/** A set of keys in order: short sorted lists, so that an insertion moves few of them. */
export class SortedKeys {
  #chunks: string[][] = [[]];

  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at] ?? [];
    const place = lowerBound(chunk, key);
    if (chunk[place] === key) return;
    chunk.splice(place, 0, key);
    if (chunk.length > chunkKeys) this.#chunks.splice(at + 1, 0, chunk.splice(chunkKeys / 2));
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at] ?? [];
    const place = lowerBound(chunk, key);
    if (chunk[place] !== key) return;
    chunk.splice(place, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
  }

  /** Visits keys from `start` on, in order, until `visit` returns false. */
  scan(start: string, visit: (key: string) => boolean): void {
    let at = this.#chunkOf(start);
    let place = lowerBound(this.#chunks[at] ?? [], start);
    for (; at < this.#chunks.length; at++, place = 0) {
      const chunk = this.#chunks[at] ?? [];
      for (; place < chunk.length; place++) {
        if (!visit(chunk[place] ?? '')) return;
      }
    }
  }

  /** The last chunk that begins at or before `key`. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#chunks[middle]?.[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The first place whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
