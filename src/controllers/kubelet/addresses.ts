import { type IpRange, ipText, isInRange, parseIp, parseIpRange } from '../../base/index.ts';

/** Addresses of the pods of one node, out of its range; the first two are the network and the gateway. */
export class PodAddresses {
  readonly #range: IpRange | undefined;
  readonly #byPod = new Map<string, number>();
  readonly #taken = new Set<number>();
  #next = 2;

  constructor(podCidr: string) {
    this.#range = parseIpRange(podCidr);
  }

  /** The pod's address; the same one as long as it is not released. Undefined when the range is used up. */
  take(podUid: string): string | undefined {
    const known = this.#byPod.get(podUid);
    if (known !== undefined) return this.#address(known);
    for (let tries = 0; tries < 253; tries++) {
      const host = this.#next;
      this.#next = host >= 254 ? 2 : host + 1;
      if (!this.#taken.has(host)) {
        this.#hold(podUid, host);
        return this.#address(host);
      }
    }
    return undefined;
  }

  /** Notes an address that a pod already has. */
  hold(podUid: string, address: string): void {
    const ip = parseIp(address);
    if (!ip || !this.#range || !isInRange(ip, this.#range) || this.#byPod.has(podUid)) return;
    this.#hold(podUid, Number(ip.value - this.#range.first));
  }

  release(podUid: string): void {
    const host = this.#byPod.get(podUid);
    if (host === undefined) return;
    this.#byPod.delete(podUid);
    this.#taken.delete(host);
  }

  #address(host: number): string | undefined {
    if (!this.#range) return undefined;
    const { address, first } = this.#range;
    return ipText({ family: address.family, value: first + BigInt(host) });
  }

  #hold(podUid: string, host: number): void {
    this.#byPod.set(podUid, host);
    this.#taken.add(host);
  }
}
