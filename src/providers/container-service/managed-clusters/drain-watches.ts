import type { NodeUpkeep } from '../../cluster-supply.ts';

/** Watches of clusters whose nodes are being drained: a pod that goes, or a budget that gives way, is seen at once. */
export class DrainWatches {
  readonly #onChange: (id: string) => void;
  readonly #open = new Map<string, { readonly upkeep: NodeUpkeep; readonly watch: { close(): void } }>();

  constructor(onChange: (id: string) => void) {
    this.#onChange = onChange;
  }

  /** Follows the cluster of a record from now on; without `upkeep` no more. */
  follow(id: string, upkeep: NodeUpkeep | undefined): void {
    const known = this.#open.get(id);
    // A cluster that was started again is another one.
    if (known?.upkeep === upkeep) return;
    known?.watch.close();
    this.#open.delete(id);
    if (upkeep) this.#open.set(id, { upkeep, watch: upkeep.watch(() => this.#onChange(id)) });
  }

  close(): void {
    for (const { watch } of this.#open.values()) watch.close();
    this.#open.clear();
  }
}
