import type { Write } from '../../contract.ts';

/** The values that this process is writing: watchers are handed these and not copies, so that nobody decodes them again. */
export class OwnValues {
  readonly #expected = new Map<string, Set<Uint8Array>>();

  /** Returns what forgets them. */
  expect(writes: readonly Write[]): () => void {
    for (const write of writes) {
      if (!('put' in write)) continue;
      const values = this.#expected.get(write.put);
      if (values) values.add(write.value);
      else this.#expected.set(write.put, new Set([write.value]));
    }
    return () => {
      for (const write of writes) {
        if (!('put' in write)) continue;
        const values = this.#expected.get(write.put);
        values?.delete(write.value);
        if (values?.size === 0) this.#expected.delete(write.put);
      }
    };
  }

  of(key: string, value: Uint8Array): Uint8Array {
    for (const own of this.#expected.get(key) ?? []) if (Buffer.compare(own, value) === 0) return own;
    return value;
  }
}
