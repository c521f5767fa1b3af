import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { type Clock, CodedError, errorMessage, type Logger, recurring } from '../../base/index.ts';
import type { Guard } from '../../store/contract.ts';
import type { Keys, PublicKey } from '../contract.ts';
import { lifetimes } from '../limits.ts';
import type { Database } from '../records/database.ts';
import type { KeyRecord } from '../records/records.ts';

const modulusBits = 2048;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/**
 * The signing keys. One signs, one waits for its turn (published early, so that readers who keep the key set for a while know it
 * when it takes over), and those that signed before stay until their last token has expired. Keys are made by a thread
 * of the pool while the process goes on starting.
 */
export class KeyRing implements Keys {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #publicKeys = new Map<string, KeyObject>();
  readonly #signingKeys = new Map<string, SigningKey>();
  #ready: Promise<void> | undefined;

  constructor(db: Database, clock: Clock, log: Logger) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
    db.keys.onChange((kid, _before, record) => {
      if (record) this.#publicKeys.set(kid, publicKeyOf(record));
      else {
        this.#publicKeys.delete(kid);
        this.#signingKeys.delete(kid);
      }
    });
  }

  /** Begins to make the first key if there is none; whoever needs it waits for it. */
  start(): void {
    if (!this.#current()) this.#begin();
  }

  /** Makes the next key, lets it take over in time and drops old ones, until it is stopped; as `Identity.startLoops`. */
  lookAfter(fence?: () => Guard): { stop(): Promise<void> } {
    return recurring({
      clock: this.#clock,
      firstMs: lifetimes.nextKeyDelayMs,
      everyMs: lifetimes.signingKeyCheckMs,
      run: () => this.#maintain(fence),
      onFailure: (thrown, retryInMs) =>
        this.#log.warn('keys could not be looked after', { error: errorMessage(thrown), retryInMs }),
    });
  }

  async signingKey(): Promise<SigningKey> {
    const record = this.#current() ?? (await this.#first());
    const known = this.#signingKeys.get(record.kid);
    if (known) return known;
    const key = { kid: record.kid, privateKey: createPrivateKey(record.privateKey) };
    this.#signingKeys.set(record.kid, key);
    return key;
  }

  publicKey(kid: string): KeyObject | undefined {
    return this.#publicKeys.get(kid);
  }

  async jwks(): Promise<{ keys: PublicKey[] }> {
    if (!this.#current()) await this.#first();
    const keys = [...this.#db.keys.values()].map(
      ({ kid, n, e }): PublicKey => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t: kid, n, e }),
    );
    return { keys };
  }

  async rotate(fence?: () => Guard): Promise<void> {
    const { kid } = this.#waiting() ?? (await this.#make(null, fence));
    await this.#db.mirror.transact(() => {
      const waiting = this.#db.keys.get(kid);
      // Somebody else was faster: that key signs already, or has signed.
      if (!waiting || waiting.activeFromMs !== null) return { writes: [], result: undefined };
      const activeFromMs = Math.max(this.#clock.now(), (this.#current()?.activeFromMs ?? 0) + 1);
      return {
        guards: [this.#db.keys.guard(kid)],
        writes: [this.#db.keys.put(kid, { ...waiting, activeFromMs })],
        result: undefined,
      };
    }, fence);
    if (!this.#waiting()) await this.#make(null, fence);
    await this.#dropRetired(fence);
  }

  async close(): Promise<void> {
    await this.#ready?.catch(() => undefined);
  }

  #current(): KeyRecord | undefined {
    let current: KeyRecord | undefined;
    for (const record of this.#db.keys.values()) {
      if (record.activeFromMs === null) continue;
      if (!current || record.activeFromMs > (current.activeFromMs ?? 0)) current = record;
    }
    return current;
  }

  #waiting(): KeyRecord | undefined {
    for (const record of this.#db.keys.values()) if (record.activeFromMs === null) return record;
    return undefined;
  }

  async #first(): Promise<KeyRecord> {
    await (this.#ready ?? this.#begin());
    const record = this.#current();
    if (!record) throw new CodedError('unavailable', 'There is no signing key yet. Try again in a moment.');
    return record;
  }

  #begin(): Promise<void> {
    const making = this.#make(this.#clock.now()).then(
      () => undefined,
      (thrown: unknown) => {
        this.#ready = undefined;
        throw thrown;
      },
    );
    this.#ready = making;
    making.catch((thrown: unknown) => this.#log.error('no signing key', { error: errorMessage(thrown) }));
    return making;
  }

  async #maintain(fence: (() => Guard) | undefined): Promise<void> {
    const current = this.#current() ?? (await this.#first());
    if ((current.activeFromMs ?? 0) + lifetimes.signingKeyMs <= this.#clock.now()) await this.rotate(fence);
    else if (!this.#waiting()) await this.#make(null, fence);
    await this.#dropRetired(fence);
  }

  async #dropRetired(fence?: () => Guard): Promise<void> {
    const { keys, mirror } = this.#db;
    await mirror.transact(() => {
      const retired = this.#retired();
      return {
        guards: retired.map((record) => keys.guard(record.kid)),
        writes: retired.map((record) => keys.delete(record.kid)),
        result: undefined,
      };
    }, fence);
  }

  /** Keys whose successor took over so long ago that no token of theirs can be alive. */
  #retired(): KeyRecord[] {
    const used = [...this.#db.keys.values()]
      .filter((record) => record.activeFromMs !== null)
      .sort((a, b) => (a.activeFromMs ?? 0) - (b.activeFromMs ?? 0));
    const tokenMs = lifetimes.accessTokenMs + 2 * lifetimes.clockSkewMs;
    return used.filter((_record, at) => {
      const successor = used[at + 1];
      return successor !== undefined && (successor.activeFromMs ?? 0) + tokenMs < this.#clock.now();
    });
  }

  async #make(activeFromMs: number | null, fence?: () => Guard): Promise<KeyRecord> {
    const pair = await generate();
    const { n = '', e = '' } = pair.publicKey.export({ format: 'jwk' });
    const record: KeyRecord = {
      kid: createHash('sha256').update(`{"e":"${e}","kty":"RSA","n":"${n}"}`).digest('base64url'),
      privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      n,
      e,
      createdAtMs: this.#clock.now(),
      activeFromMs,
    };
    return this.#db.mirror.transact(
      () => ({
        guards: [this.#db.keys.guard(record.kid)],
        writes: [this.#db.keys.put(record.kid, record)],
        result: record,
      }),
      fence,
    );
  }
}

function generate(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: modulusBits }, (error, publicKey, privateKey) =>
      error ? reject(error) : resolve({ publicKey, privateKey }),
    );
  });
}

function publicKeyOf({ n, e }: KeyRecord): KeyObject {
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
}
