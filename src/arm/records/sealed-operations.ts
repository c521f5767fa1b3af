import { hash, timingSafeEqual } from 'node:crypto';
import { CodedError, type Random } from '../../base/index.ts';
import type { Store } from '../../store/contract.ts';
import { subscriptionOf } from '../ids.ts';
import { sealKey } from './keys.ts';
import type { Operation } from './operation.ts';

const keyBytes = 32;

/** What a link says beside the operation's id, in this order. */
type Said = readonly [
  namespace: string,
  location: string,
  resourceId: string,
  verb: Operation['verb'],
  callerObjectId: string,
  permission: string | null,
  apiVersion: string,
  retryAfterSeconds: number,
  atMs: number,
];

/**
 * Operations that ended with their request: nothing of them is stored. The link that the caller gets says everything, sealed
 * with a key of this estate, so that whoever shows it later shows what happened, and nothing else.
 */
export class SealedOperations {
  readonly #store: Store;
  readonly #random: Random;
  #key: string | undefined;

  constructor(options: { readonly store: Store; readonly random: Random }) {
    this.#store = options.store;
    this.#random = options.random;
  }

  /** Reads the key; the first start makes it. Throws `internal` when it is none: what anybody can guess seals nothing. */
  async start(): Promise<void> {
    for (;;) {
      const kept = await this.#store.get(sealKey);
      if (kept) {
        if (kept.value.length !== keyBytes)
          throw new CodedError(
            'internal',
            `The entry ${sealKey} is no key: it has ${kept.value.length} bytes, not ${keyBytes}.`,
          );
        this.#key = Buffer.from(kept.value).toString('base64url');
        return;
      }
      const writes = [{ put: sealKey, value: this.#random.bytes(keyBytes) }];
      await this.#store.commit({ guards: [{ key: sealKey, revision: 0 }], writes });
    }
  }

  /** What a link says of an operation that has succeeded: letters, digits, `-`, `_` and one dot. */
  seal(operation: Operation): string {
    const said: Said = [
      operation.namespace,
      operation.location,
      operation.resourceId,
      operation.verb,
      operation.callerObjectId,
      operation.permission ?? null,
      operation.apiVersion,
      operation.retryAfterSeconds,
      operation.startedAtMs,
    ];
    const text = Buffer.from(JSON.stringify(said)).toString('base64url');
    return `${text}.${this.#signatureOf(operation.id, text)}`;
  }

  /** The operation of this id that a link tells of; undefined when it was not sealed here. */
  open(id: string, seal: string): Operation | undefined {
    const [text = '', signature = '', ...more] = seal.split('.');
    if (more.length > 0) return undefined;
    const expected = Buffer.from(this.#signatureOf(id, text));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const said: Said = JSON.parse(Buffer.from(text, 'base64url').toString());
    const [namespace, location, resourceId, verb, callerObjectId, permission, apiVersion] = said;
    const [retryAfterSeconds, atMs] = [said[7], said[8]];
    return {
      ...{ id, subscriptionId: subscriptionOf(resourceId) ?? '', namespace, location, resourceId, verb },
      ...{ callerObjectId, ...(permission !== null && { permission }), apiVersion, retryAfterSeconds },
      ...{ status: 'Succeeded', startedAtMs: atMs, endedAtMs: atMs },
    };
  }

  #signatureOf(id: string, text: string): string {
    if (!this.#key) throw new RangeError('operations are sealed once they have been started');
    // Nothing can be added to what was hashed: this hash does not show its whole state. An HMAC takes twice the time.
    return hash('sha384', `${this.#key} ${id.toLowerCase()} ${text}`, 'base64url');
  }
}
