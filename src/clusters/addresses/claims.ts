import { decodeJson, encodeJson, isObject, type Random } from '../../base/index.ts';
import {
  fencedCommits,
  type Guard,
  Mirror,
  type MirrorChange,
  type Store,
  type Transaction,
} from '../../store/index.ts';
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

type Owner = Pick<Claim, 'clusterId' | 'holder'>;

/**
 * Who has which address, over all clusters. A claim is one key of the store, written only where there is none, so that
 * no address has two holders, not even after a crash. Loops ask for addresses and give them back: that carries their
 * leader's guard.
 */
export class AddressClaims {
  readonly #store: Store;
  readonly #commit: Store['commit'];
  readonly #random: Random;
  readonly #mirror: Mirror<Claim>;
  /** By cluster and name of the holder. */
  readonly #byHolder = new Map<string, Set<Claim>>();
  /** Keys that are being written: two that ask at once never choose the same. */
  readonly #asked = new Set<string>();
  /** One claim at a time for a holder: asked twice at once, it still gets one address. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** How many claims there are, by cluster and pool. */
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #freed = false;

  constructor(options: { readonly store: Store; readonly random: Random; readonly fence?: () => Guard }) {
    const { store, random, fence } = options;
    this.#store = store;
    this.#commit = fence ? fencedCommits(store, fence) : (transaction) => store.commit(transaction);
    this.#random = random;
    this.#mirror = new Mirror({
      store,
      prefix,
      decode: decodeClaim,
      onChange: (change) => this.#index(change),
      onSeen: () => this.#tell(),
    });
  }

  /** Reads the claims and follows them. Call once, before anything else. */
  load(): Promise<void> {
    return this.#mirror.start();
  }

  close(): void {
    this.#mirror.close();
  }

  /** The claims of one cluster; `spec` is asked each time. */
  ofCluster(spec: () => ClusterSpec): ClusterAddresses {
    const { clusterId } = spec();
    const claimsOf = (name: string) => this.#byHolder.get(holderKey(clusterId, name)) ?? [];
    return {
      claim: (holder, request) => this.#claim({ clusterId, holder }, poolOf(spec(), request.scope), request),
      settle: (holder, address) =>
        this.#drop(() =>
          [...claimsOf(holder.name)].filter(
            (claim) => claim.holder.uid === holder.uid && claim.address !== address,
          ),
        ),
      isHeld: (scope, address) => this.#isTaken(keyOf(poolOf(spec(), scope).name, address)),
      holders: () => this.#claimsWhere((claim) => claim.clusterId === clusterId).map(({ holder }) => holder),
      holdersNamed: (name) => [...claimsOf(name)].map(({ holder }) => holder),
      onFreed: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  /** Gives back whatever clusters hold that `isGone`. */
  async dropClusters(isGone: (clusterId: string) => boolean): Promise<void> {
    await this.#drop(() => this.#claimsWhere(({ clusterId }) => isGone(clusterId)));
  }

  #claim(owner: Owner, pool: AddressPool, request: AddressRequest): Promise<AddressAnswer> {
    const name = holderKey(owner.clusterId, owner.holder.name);
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = before.then(
      () => this.#claimInTurn(owner, pool, request),
      () => this.#claimInTurn(owner, pool, request),
    );
    this.#turns.set(name, turn);
    const forget = () => {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  }

  async #claimInTurn(owner: Owner, pool: AddressPool, request: AddressRequest): Promise<AddressAnswer> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const answer = await this.#tryToClaim(owner, pool, request);
      if (answer) return answer;
    }
    throw new Error(`other processes were faster ${attempts} times`);
  }

  /** Undefined when another process has taken what was chosen. */
  async #tryToClaim(
    { clusterId, holder }: Owner,
    pool: AddressPool,
    { asked, avoid }: AddressRequest,
  ): Promise<AddressAnswer | undefined> {
    const held = [...(this.#byHolder.get(holderKey(clusterId, holder.name)) ?? [])].filter(
      (claim) => claim.holder.uid === holder.uid && claim.pool === pool.name,
    );
    const kept = asked === undefined ? held[0] : held.find(({ address }) => address === asked);
    if (kept) return { address: kept.address };
    const isFree = (address: string) =>
      !this.#isTaken(keyOf(pool.name, address)) && !pool.reserved.includes(address) && !avoid.has(address);
    const most = pool.mostPerCluster;
    if (most !== undefined && (this.#counts.get(holderKey(clusterId, pool.name)) ?? 0) >= most) {
      return { refusal: `this cluster holds ${most} public addresses, as many as one cluster may have` };
    }
    const chosen = asked === undefined ? this.#free(pool, isFree) : checkAsked(asked, pool, isFree);
    if ('refusal' in chosen) return chosen;
    const { address } = chosen;
    const key = keyOf(pool.name, address);
    this.#asked.add(key);
    // Those that are being written count: many that ask at once get no more than the share.
    this.#count({ clusterId, pool: pool.name }, 1);
    try {
      const guard = { key, revision: 0 };
      const value = encodeJson({ pool: pool.name, address, clusterId, holder });
      const done = await this.#commit({ guards: [guard], writes: [{ put: key, value }] });
      if (done.ok) await this.#mirror.reached(done.revision);
      else await this.#mirror.moved(guard, done.current);
      return done.ok ? { address } : undefined;
    } finally {
      this.#asked.delete(key);
      this.#count({ clusterId, pool: pool.name }, -1);
    }
  }

  #free(pool: AddressPool, isFree: (address: string) => boolean): AddressAnswer {
    for (const part of [pool.ranges, pool.overflow ?? []]) {
      const addresses = new AddressSequence(part);
      const start = pool.order === 'spread' && addresses.size > 0 ? this.#random.integer(addresses.size) : 0;
      for (let step = 0; step < addresses.size; step++) {
        const address = addresses.at((start + step) % addresses.size);
        if (isFree(address)) return { address };
      }
    }
    const ranges = [...pool.ranges, ...(pool.overflow ?? [])]
      .map(({ first, last }) => `${first}-${last}`)
      .join(', ');
    return { refusal: `no address is free in ${ranges || 'the address pool, which is empty'}` };
  }

  /** Gives back what `chosen` answers, each claim only as it is shown here: it may be somebody else's by now. */
  async #drop(chosen: () => readonly Claim[]): Promise<void> {
    // A leader's guard comes to those of the claims.
    const perCommit = Math.min(this.#store.limits.writes, this.#store.limits.guards - 1);
    for (;;) {
      const part = chosen().slice(0, perCommit);
      if (part.length === 0) return;
      const guards = part.map(({ key }) => ({ key, revision: this.#mirror.get(key)?.revision ?? 0 }));
      const transaction: Transaction = { guards, writes: part.map(({ key }) => ({ delete: key })) };
      const done = await this.#commit(transaction);
      if (done.ok) await Promise.all(guards.map((guard) => this.#mirror.moved(guard)));
      else await this.#mirror.moved(done.failed, done.current);
    }
  }

  #isTaken(key: string): boolean {
    return this.#asked.has(key) || this.#mirror.get(key) !== undefined;
  }

  #claimsWhere(isMeant: (claim: Claim) => boolean): Claim[] {
    const found: Claim[] = [];
    for (const key of this.#mirror.keys()) {
      const claim = this.#mirror.get(key)?.value;
      if (claim && isMeant(claim)) found.push(claim);
    }
    return found;
  }

  #count({ clusterId, pool }: Pick<Claim, 'clusterId' | 'pool'>, by: 1 | -1): void {
    const key = holderKey(clusterId, pool);
    const count = (this.#counts.get(key) ?? 0) + by;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }

  #index({ before, after }: MirrorChange<Claim>): void {
    if (before) {
      this.#count(before, -1);
      const key = holderKey(before.clusterId, before.holder.name);
      const claims = this.#byHolder.get(key);
      claims?.delete(before);
      if (claims?.size === 0) this.#byHolder.delete(key);
    }
    if (after) {
      this.#count(after, 1);
      const key = holderKey(after.clusterId, after.holder.name);
      const claims = this.#byHolder.get(key);
      if (claims) claims.add(after);
      else this.#byHolder.set(key, new Set([after]));
    } else {
      this.#freed = true;
    }
  }

  #tell(): void {
    if (!this.#freed) return;
    this.#freed = false;
    for (const listener of [...this.#listeners]) listener();
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

function keyOf(pool: string, address: string): string {
  return `${prefix}${pool}/${address}`;
}

function holderKey(clusterId: string, name: string): string {
  return `${clusterId}/${name}`;
}

/** Reads a claim as `#tryToClaim` writes it. */
function decodeClaim(value: Uint8Array): Claim {
  const claim: unknown = decodeJson(value);
  const holder = isObject(claim) ? claim['holder'] : undefined;
  if (!isObject(claim) || !isObject(holder)) throw new Error('an address claim is broken');
  const text = (found: unknown) => (typeof found === 'string' ? found : '');
  const [pool, address] = [text(claim['pool']), text(claim['address'])];
  return {
    key: keyOf(pool, address),
    pool,
    address,
    clusterId: text(claim['clusterId']),
    holder: { name: text(holder['name']), uid: text(holder['uid']) },
  };
}
