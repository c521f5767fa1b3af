import { CodedError } from '../../../base/index.ts';
import type { Entry } from '../../contract.ts';
import { compactedError } from '../../engine/checks.ts';
import { endOfPrefix } from '../../engine/ledger.ts';
import type { EtcdClient } from './client.ts';
import type { KeyValue } from './messages.ts';

/**
 * Where a store lies in etcd: its keys, and how its revisions are counted. They are etcd's, from the one on in which the store was
 * made: that one, of the key `origin`, counts as the number that this key holds, so that a store that comes from elsewhere goes on from
 * where it was.
 */
export class Keyspace {
  readonly #data: string;
  readonly #offset: number;
  /** The revision in which the store was made, when that was just now. */
  readonly madeAt: number | undefined;

  private constructor(data: string, offset: number, madeAt?: number) {
    this.#data = data;
    this.#offset = offset;
    this.madeAt = madeAt;
  }

  /** Finds the store below `prefix`, or makes it; one that is new counts from `firstRevision`. */
  static async open(client: EtcdClient, prefix: string, firstRevision = 0): Promise<Keyspace> {
    if (!/^[\x21-\x7e]{1,200}$/.test(prefix)) {
      throw new CodedError(
        'invalid',
        'A prefix in etcd is 1 to 200 printable ASCII characters without blanks.',
      );
    }
    const root = prefix.endsWith('/') ? prefix : `${prefix}/`;
    const key = Buffer.from(`${root}origin`);
    const { header, succeeded, responses } = await client.call('txn', {
      compare: [{ result: 0, target: 2, key, mod_revision: 0 }],
      success: [{ request_put: { key, value: Buffer.from(String(firstRevision)) } }],
      failure: [{ request_range: { key } }],
    });
    const origin = responses[0]?.response_range?.kvs[0];
    const counted = Number(origin ? Buffer.from(origin.value).toString() : firstRevision);
    if (!Number.isSafeInteger(counted) || (!succeeded && !origin)) {
      throw new CodedError('unavailable', `The key ${root}origin in etcd is not that of a store of Drydock.`);
    }
    const at = Number(origin ? origin.mod_revision : header.revision);
    return new Keyspace(`${root}data:`, at - counted, succeeded ? counted : undefined);
  }

  /** Bytes that each key takes more than its own. */
  get bytesPerKey(): number {
    return this.#data.length;
  }

  key(key: string): Buffer {
    return Buffer.from(this.#data + key);
  }

  end(prefix: string): Buffer {
    return Buffer.from(endOfPrefix(this.#data + prefix));
  }

  /** Undefined for keys that are not the store's. */
  keyOf(bytes: Uint8Array): string | undefined {
    const key = Buffer.from(bytes).toString('latin1');
    return key.startsWith(this.#data) ? key.slice(this.#data.length) : undefined;
  }

  ours(revision: string | number): number {
    return Number(revision) - this.#offset;
  }

  theirs(revision: number): number {
    return revision + this.#offset;
  }

  entryOf(kv: KeyValue): Entry {
    return {
      key: this.keyOf(kv.key) ?? '',
      value: kv.value,
      createRevision: this.ours(kv.create_revision),
      revision: this.ours(kv.mod_revision),
      ...(kv.lease !== '0' && { lease: kv.lease }),
    };
  }

  compacted(asked: number, oldest: number): CodedError {
    return compactedError(asked, oldest);
  }
}
