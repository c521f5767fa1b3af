import { crc32 } from 'node:zlib';

/** What a row of `versions` says, without its checksum. */
export interface VersionRow {
  readonly id: number;
  readonly key: string;
  readonly created: number;
  readonly lease: string | null;
  readonly value: Uint8Array | null;
}

/** Where the store stands: one row, and what the log holds above its revision. */
export interface StoreState {
  readonly revision: number;
  readonly compacted: number;
  readonly swept: number;
  /** How often the row was written since the store was made. */
  readonly commits: number;
  /** Digest of every change ever made, in order. */
  readonly chain: number;
}

/** Of a store that was just made. */
export const emptyState: StoreState = { revision: 0, compacted: 0, swept: 0, commits: 0, chain: 0 };

/** Nothing was committed since there are checksums. */
export function isUnwritten({ chain, commits }: StoreState): boolean {
  return chain === 0 && commits === 0;
}

export function versionSum({ id, key, created, lease, value }: VersionRow): number {
  let sum = crc32(key);
  if (lease !== null) sum = crc32(lease, sum);
  if (value !== null) sum = crc32(value, sum);
  return mixed(mixed(sum, id), created);
}

/** Numbers are mixed in without a text for each: this runs for every write. */
export function mixed(sum: number, number: number): number {
  const low = Math.imul(sum ^ number, 0x9e3779b1);
  const high = Math.floor(number / 2 ** 32);
  return Math.imul(low ^ (low >>> 15) ^ high, 0x85ebca6b) >>> 0;
}

/** Of a lease and its length, or its end. */
export function leaseSum(id: string, ms: number): number {
  return crc32(`${ms} ${id}`);
}

export function stateSum({ revision, compacted, swept, commits, chain }: StoreState): number {
  return crc32(`${revision} ${compacted} ${swept} ${commits} ${chain}`);
}

/** The chain after one more change. */
export function nextChain(chain: number, sum: number): number {
  return mixed(chain, sum);
}
