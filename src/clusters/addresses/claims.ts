import { decodeJson, encodeJson, isObject, type Random } from '../../base/index.ts';
import { type Change, inTransactions, type Store, type Watch } from '../../store/index.ts';
import type {
  AddressAnswer,
  AddressHolder,
  AddressRequest,
  ClusterAddresses,
  ClusterSpec,
} from '../contract.ts';
import { AddressSequence } from './ipv4.ts';
import { type AddressPool, poolOf } from './pools.ts';

const prefix = '/addresses/';
/** Tries of one claim against other processes. */
const attempts = 64;

interface Claim {
  readonly key: string;
  readonly pool: string;
  readonly address: string;
  readonly clusterId: string;
  readonly holder: AddressHolder;
}

/**
 * Who has which address, over all clusters. A claim is one key of the store, written only where there is none, so that
 * no address has two holders, not even after a crash.
 */
export class AddressClaims {
  readonly #store: Store;
  readonly #random: Random;
  readonly #byKey = new Map<string, Claim>();
  /** By cluster and name of the holder. */
  readonly #byHolder = new Map<string, Set<Claim>>();
  readonly #listeners = new Set<() => void>();
  #watch: Watch | undefined;

  constructor(options: { readonly store: Store; readonly random: Random }) {
    this.#store = options.store;
    this.#random = options.random;
  }

  /**
   * Reads the claims and follows them; those of clusters that are gone are given back. Call once, before anything else.
   */
  async load(isCluster: (clusterId: string) => boolean): Promise<void> {
    const { entries, revision } = await this.#store.range({ prefix });
    for (const { key, value } of entries) this.#note(decodeClaim(key, value));
    this.#watch = await this.#store.watch(prefix, ({ changes }) => this.#follow(changes), revision);
    await this.#drop([...this.#byKey.values()].filter((claim) => !isCluster(claim.clusterId)));
  }

  close(): void {
    this.#watch?.close();
  }

  /** The claims of one cluster; `spec` is asked each time. */
  ofCluster(spec: () => ClusterSpec): ClusterAddresses {
    const { clusterId } = spec();
    const claimsOf = (name: string) => [...(this.#byHolder.get(holderKey(clusterId, name)) ?? [])];
    return {
      claim: (holder, request) => this.#claim({ clusterId, holder }, poolOf(spec(), request.scope), request),
      settle: (holder, address) =>
        this.#drop(
          claimsOf(holder.name).filter(
            (claim) => claim.holder.uid === holder.uid && claim.address !== address,
          ),
        ),
      isHeld: (scope, address) => this.#byKey.has(keyOf(poolOf(spec(), scope).name, address)),
      holders: () =>
        [...this.#byKey.values()].flatMap((claim) => (claim.clusterId === clusterId ? [claim.holder] : [])),
      holdersNamed: (name) => claimsOf(name).map(({ holder }) => holder),
      onFreed: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  /** Gives back whatever a cluster holds. */
  async dropCluster(clusterId: string): Promise<void> {
    await this.#drop([...this.#byKey.values()].filter((claim) => claim.clusterId === clusterId));
  }

  async #claim(
    owner: Pick<Claim, 'clusterId' | 'holder'>,
    pool: AddressPool,
    request: AddressRequest,
  ): Promise<AddressAnswer> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const answer = await this.#tryToClaim(owner, pool, request);
      if (answer) return answer;
    }
    throw new Error(`other processes were faster ${attempts} times`);
  }

  /** Undefined when another process has taken what was chosen. */
  async #tryToClaim(
    { clusterId, holder }: Pick<Claim, 'clusterId' | 'holder'>,
    pool: AddressPool,
    { asked, avoid }: AddressRequest,
  ): Promise<AddressAnswer | undefined> {
    const held = [...(this.#byHolder.get(holderKey(clusterId, holder.name)) ?? [])].filter(
      (claim) => claim.holder.uid === holder.uid && claim.pool === pool.name,
    );
    const kept = asked === undefined ? held[0] : held.find(({ address }) => address === asked);
    if (kept) return { address: kept.address };
    const isFree = (address: string) =>
      !this.#byKey.has(keyOf(pool.name, address)) && !pool.reserved.includes(address) && !avoid.has(address);
    const chosen = asked === undefined ? this.#free(pool, isFree) : checkAsked(asked, pool, isFree);
    if ('refusal' in chosen) return chosen;
    const { address } = chosen;
    const claim = { key: keyOf(pool.name, address), pool: pool.name, address, clusterId, holder };
    // Noted before it is durable: two that ask at once never choose the same.
    this.#note(claim);
    try {
      const done = await this.#store.commit({
        guards: [{ key: claim.key, revision: 0 }],
        writes: [{ put: claim.key, value: encodeJson({ pool: pool.name, address, clusterId, holder }) }],
      });
      if (!done.ok) {
        this.#forget(claim);
        // Seen by now unless the news is still under way.
        if (done.current && !this.#byKey.has(claim.key))
          this.#note(decodeClaim(claim.key, done.current.value));
        return undefined;
      }
    } catch (thrown) {
      this.#forget(claim);
      throw thrown;
    }
    return { address };
  }

  #free(pool: AddressPool, isFree: (address: string) => boolean): AddressAnswer {
    const addresses = new AddressSequence(pool.ranges);
    const start = pool.order === 'spread' && addresses.size > 0 ? this.#random.integer(addresses.size) : 0;
    for (let step = 0; step < addresses.size; step++) {
      const address = addresses.at((start + step) % addresses.size);
      if (isFree(address)) return { address };
    }
    const ranges = pool.ranges.map(({ first, last }) => `${first}-${last}`).join(', ');
    return { refusal: `no address is free in ${ranges || 'the address pool, which is empty'}` };
  }

  async #drop(claims: readonly Claim[]): Promise<void> {
    const deletes = claims.map(({ key }) => ({ delete: key }));
    for (const writes of inTransactions(deletes, this.#store.limits)) await this.#store.commit({ writes });
    for (const claim of claims) this.#forget(claim);
  }

  /** What this and other processes claim and give back, in order. */
  #follow(changes: readonly Change[]): void {
    let freed = false;
    for (const change of changes) {
      const key = change.type === 'put' ? change.entry.key : change.key;
      const known = this.#byKey.get(key);
      const claim = change.type === 'put' ? decodeClaim(key, change.entry.value) : undefined;
      if (known && claim && sameOwner(known, claim)) continue;
      if (known) this.#forget(known);
      if (claim) this.#note(claim);
      else freed = true;
    }
    if (freed) for (const listener of [...this.#listeners]) listener();
  }

  #note(claim: Claim): void {
    this.#byKey.set(claim.key, claim);
    const key = holderKey(claim.clusterId, claim.holder.name);
    const claims = this.#byHolder.get(key);
    if (claims) claims.add(claim);
    else this.#byHolder.set(key, new Set([claim]));
  }

  #forget(claim: Claim): void {
    if (this.#byKey.get(claim.key) === claim) this.#byKey.delete(claim.key);
    const key = holderKey(claim.clusterId, claim.holder.name);
    const claims = this.#byHolder.get(key);
    claims?.delete(claim);
    if (claims?.size === 0) this.#byHolder.delete(key);
  }
}

function checkAsked(asked: string, pool: AddressPool, isFree: (address: string) => boolean): AddressAnswer {
  const askable = pool.askable ?? pool.ranges;
  if (!new AddressSequence(askable).includes(asked)) {
    const ranges = askable.map(({ first, last }) => `${first}-${last}`).join(', ');
    return { refusal: `user supplied IP Address ${asked} is not in ${ranges || 'the address pool'}` };
  }
  return isFree(asked) ? { address: asked } : { refusal: `user supplied IP Address ${asked} is in use` };
}

function sameOwner(one: Claim, other: Claim): boolean {
  return (
    one.clusterId === other.clusterId &&
    one.holder.name === other.holder.name &&
    one.holder.uid === other.holder.uid
  );
}

function keyOf(pool: string, address: string): string {
  return `${prefix}${pool}/${address}`;
}

function holderKey(clusterId: string, name: string): string {
  return `${clusterId}/${name}`;
}

/** Reads a claim as `#claim` writes it. */
function decodeClaim(key: string, value: Uint8Array): Claim {
  const claim: unknown = decodeJson(value);
  const holder = isObject(claim) ? claim['holder'] : undefined;
  if (!isObject(claim) || !isObject(holder)) throw new Error(`the address claim ${key} is broken`);
  const text = (found: unknown) => (typeof found === 'string' ? found : '');
  return {
    key,
    pool: text(claim['pool']),
    address: text(claim['address']),
    clusterId: text(claim['clusterId']),
    holder: { name: text(holder['name']), uid: text(holder['uid']) },
  };
}
