import { hash, timingSafeEqual } from 'node:crypto';
import { CodedError, type Random } from '../../base/index.ts';
import type { Store } from '../../store/contract.ts';
import { parseId } from '../ids.ts';
import { sealKey } from './keys.ts';
import type { Operation } from './operation.ts';

const keyBytes = 32;
/** Of base64url: 192 bits. */
const signatureCharacters = 32;

/** What may end with its request. */
export type SealedVerb = 'put' | 'delete';

const letters = { put: 'p', delete: 'd' } as const;
const verbs = { p: 'put', d: 'delete' } as const;

/** What stands in the path of a link. */
export type LinkPath = Pick<Operation, 'id' | 'subscriptionId' | 'namespace' | 'location'>;

/** Signature, verb, time, version, caller; then the resource, which may hold any character. */
const form = /^([\w-]{32})\.([pd])\.([0-9a-z]{1,9})\.([\w-]*)\.([\w-]*)\.(.+)$/s;

/**
 * Operations that ended with their request: nothing of them is stored. The link that the caller gets says everything, sealed
 * with a key of this estate, so that whoever shows it later shows what happened, and nothing else. It is short, and says
 * nothing twice: of many answers at once each byte counts.
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

  /** What a link says of a PUT or DELETE that has succeeded, beside its path; ready for a query. */
  seal(operation: Operation & { readonly verb: SealedVerb }): string {
    const { verb, startedAtMs, apiVersion, callerObjectId } = operation;
    const said = `${letters[verb]}.${startedAtMs.toString(36)}.${apiVersion}.${callerObjectId}`;
    const signature = this.#signatureOf(operation, said, operation.resourceId);
    return `${signature}.${said}.${inQuery(withoutPath(operation.resourceId, operation))}`;
  }

  /** The operation that a link with this path tells of; undefined when it was not sealed here. */
  open(path: LinkPath, seal: string): Operation | undefined {
    const [, given = '', letter, at = '', apiVersion = '', callerObjectId = '', rest = ''] =
      form.exec(seal) ?? [];
    if (letter !== 'p' && letter !== 'd') return undefined;
    const resourceId = withPath(rest, path);
    const expected = this.#signatureOf(path, `${letter}.${at}.${apiVersion}.${callerObjectId}`, resourceId);
    if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return undefined;
    const [verb, atMs] = [verbs[letter], Number.parseInt(at, 36)];
    const permission = verb === 'put' ? writePermission(resourceId) : undefined;
    return {
      ...{
        ...path,
        resourceId,
        verb,
        callerObjectId,
        ...(permission !== undefined && { permission }),
        apiVersion,
      },
      ...{ retryAfterSeconds: 1, status: 'Succeeded', startedAtMs: atMs, endedAtMs: atMs },
    };
  }

  /** No part but the last holds a line break: texts of other parts are other texts. */
  #signatureOf(
    { id, subscriptionId, namespace, location }: LinkPath,
    said: string,
    resourceId: string,
  ): string {
    if (!this.#key) throw new RangeError('operations are sealed once they have been started');
    const ids = `${id}\n${subscriptionId}\n${namespace}\n${location}\n${resourceId}`.toLowerCase();
    // Nothing can be added to what was hashed: this hash does not show its whole state. An HMAC takes twice the time.
    return hash('sha384', `${this.#key}\n${said}\n${ids}`, 'base64url').slice(0, signatureCharacters);
  }
}

/** What a PUT of the resource demanded. Types that demand another one end no operation with their request. */
function writePermission(resourceId: string): string | undefined {
  const parsed = parseId(resourceId);
  return parsed && `${parsed.namespace}/${parsed.types.join('/')}/write`;
}

/** The id without its subscription and, for an empty segment, its provider, when they are those of the path. */
function withoutPath(resourceId: string, { subscriptionId, namespace }: LinkPath): string {
  const start = `/subscriptions/${subscriptionId}/`;
  if (!resourceId.startsWith(start)) return resourceId;
  return resourceId.slice(start.length).replace(`/providers/${namespace}/`, '//');
}

function withPath(rest: string, { subscriptionId, namespace }: LinkPath): string {
  if (rest.startsWith('/')) return rest;
  return `/subscriptions/${subscriptionId}/${rest.replace('//', () => `/providers/${namespace}/`)}`;
}

function inQuery(text: string): string {
  return /^[\w\-./()]*$/.test(text) ? text : encodeURIComponent(text).replaceAll('%2F', '/');
}
