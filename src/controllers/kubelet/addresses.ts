/** Addresses of the pods of one node, out of its range; the first two are the network and the gateway. */
export class PodAddresses {
  readonly #prefix: string;
  readonly #byPod = new Map<string, number>();
  readonly #taken = new Set<number>();
  #next = 2;

  constructor(podCidr: string) {
    this.#prefix = podCidr.replace(/\.\d+\/\d+$/, '.');
  }

  /** The pod's address; the same one as long as it is not released. Undefined when the range is used up. */
  take(podUid: string): string | undefined {
    const known = this.#byPod.get(podUid);
    if (known !== undefined) return this.#prefix + known;
    for (let tries = 0; tries < 253; tries++) {
      const host = this.#next;
      this.#next = host >= 254 ? 2 : host + 1;
      if (!this.#taken.has(host)) {
        this.#hold(podUid, host);
        return this.#prefix + host;
      }
    }
    return undefined;
  }

  /** Notes an address that a pod already has. */
  hold(podUid: string, address: string): void {
    if (!address.startsWith(this.#prefix) || this.#byPod.has(podUid)) return;
    this.#hold(podUid, Number(address.slice(this.#prefix.length)));
  }

  release(podUid: string): void {
    const host = this.#byPod.get(podUid);
    if (host === undefined) return;
    this.#byPod.delete(podUid);
    this.#taken.delete(host);
  }

  #hold(podUid: string, host: number): void {
    this.#byPod.set(podUid, host);
    this.#taken.add(host);
  }
}
