import { parseAmount } from '../../apimachinery/quantity.ts';
import type { ChangeType } from '../../reconcile/index.ts';
import type { Pod, Resources } from '../kinds/core.ts';
import { isFinished } from '../shared/pods.ts';

/** What a pod asks for, or what a node has left: cores, bytes and so on by resource name. */
export type Amounts = ReadonlyMap<string, number>;

interface Placed {
  readonly node: string;
  readonly amounts: Amounts;
}

/** What the pods on each node have asked for; kept up to date change by change, never counted anew. */
export class NodeUsage {
  readonly #placed = new Map<string, Placed>();
  readonly #used = new Map<string, Map<string, number>>();

  /** Takes in a change of a pod. */
  note(pod: Pod, type: ChangeType): void {
    const uid = pod.metadata.uid ?? '';
    const { nodeName } = pod.spec;
    if (type === 'deleted' || isFinished(pod)) this.remove(uid);
    else if (nodeName) this.place(uid, nodeName, pod);
  }

  /** Counts a pod on a node, also before the binding is written. */
  place(uid: string, node: string, pod: Pod): void {
    if (this.#placed.get(uid)?.node === node) return;
    this.remove(uid);
    const amounts = requestsOf(pod);
    this.#placed.set(uid, { node, amounts });
    this.#add(node, amounts, 1);
  }

  remove(uid: string): void {
    const placed = this.#placed.get(uid);
    if (!placed) return;
    this.#placed.delete(uid);
    this.#add(placed.node, placed.amounts, -1);
  }

  used(node: string, resource: string): number {
    return this.#used.get(node)?.get(resource) ?? 0;
  }

  #add(node: string, amounts: Amounts, sign: 1 | -1): void {
    const used = this.#used.get(node) ?? new Map<string, number>();
    this.#used.set(node, used);
    for (const [resource, amount] of amounts) {
      // Thousandths keep their sum exact in whole numbers.
      const thousandths = Math.round((used.get(resource) ?? 0) * 1000) + sign * Math.round(amount * 1000);
      used.set(resource, thousandths / 1000);
    }
  }
}

/** What a pod asks for: its containers together, or its largest init container, plus overhead, and one pod. */
export function requestsOf(pod: Pod): Amounts {
  const amounts = new Map<string, number>([['pods', 1]]);
  const add = (resources: Resources | undefined) => {
    for (const [resource, amount] of Object.entries(resources ?? {})) {
      amounts.set(resource, (amounts.get(resource) ?? 0) + (parseAmount(amount) ?? 0));
    }
  };
  for (const container of pod.spec.containers) add(container.resources?.requests);
  for (const container of pod.spec.initContainers ?? []) {
    for (const [resource, amount] of Object.entries(container.resources?.requests ?? {})) {
      amounts.set(resource, Math.max(amounts.get(resource) ?? 0, parseAmount(amount) ?? 0));
    }
  }
  add(pod.spec.overhead);
  return amounts;
}
