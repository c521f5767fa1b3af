import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../base/index.ts';
import { writePrivately } from '../../private-file.ts';

/** How an account gets tokens again. */
export type Credential =
  | { readonly kind: 'user'; readonly refreshToken: string; readonly tenantId: string }
  | { readonly kind: 'servicePrincipal'; readonly secret: string; readonly tenantId: string };

export interface StoredToken {
  readonly accessToken: string;
  /** Unix seconds. */
  readonly expiresOn: number;
}

/** A token that is handed out lasts at least this long; az promises five minutes. */
const leastLifetimeSeconds = 300;

/**
 * Whether a kept token can be used now: it has not nearly expired, and it does not begin in the future, as one does that
 * was given before the machine's clock was put right.
 */
export function isGoodAt({ accessToken, expiresOn }: StoredToken, nowSeconds: number): boolean {
  return expiresOn - nowSeconds > leastLifetimeSeconds && beginsOn(accessToken) <= nowSeconds + skewSeconds;
}

/** Servers let clocks differ by as much. */
const skewSeconds = 60;

/** Unix seconds; tokens that do not say begin at once. */
function beginsOn(accessToken: string): number {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    const begin = isObject(claims) ? claims['nbf'] : undefined;
    return typeof begin === 'number' ? begin : 0;
  } catch {
    return 0;
  }
}

interface CacheDocument {
  credentials: Record<string, Credential>;
  accessTokens: Record<string, StoredToken>;
}

const tokenCacheFile = 'drydock_token_cache.json';

/**
 * Credentials and access tokens of the signed-in accounts, in one file of mode 0600. Every write reads the file again
 * first, so that commands running side by side do not lose each other's tokens.
 */
export class TokenCache {
  readonly #path: string;
  #document: CacheDocument;

  constructor(directory: string) {
    this.#path = join(directory, tokenCacheFile);
    this.#document = readCache(this.#path);
  }

  credential(account: string): Credential | undefined {
    return this.#document.credentials[account.toLowerCase()];
  }

  accessToken(account: string, tenantId: string, scope: string): StoredToken | undefined {
    return this.#document.accessTokens[keyOf(account, tenantId, scope)];
  }

  /** True when any account can get tokens. */
  get empty(): boolean {
    return Object.keys(this.#document.credentials).length === 0;
  }

  keepCredential(account: string, credential: Credential): void {
    this.#change((document) => {
      document.credentials[account.toLowerCase()] = credential;
    });
  }

  keepAccessToken(account: string, tenantId: string, scope: string, token: StoredToken): void {
    this.#change((document) => {
      document.accessTokens[keyOf(account, tenantId, scope)] = token;
    });
  }

  /** Forgets an account, or all of them. */
  forget(account?: string): void {
    this.#change((document) => {
      if (account === undefined) {
        document.credentials = {};
        document.accessTokens = {};
        return;
      }
      delete document.credentials[account.toLowerCase()];
      for (const key of Object.keys(document.accessTokens)) {
        if (key.startsWith(`${account.toLowerCase()}|`)) delete document.accessTokens[key];
      }
    });
  }

  #change(change: (document: CacheDocument) => void): void {
    const document = readCache(this.#path);
    change(document);
    this.#document = document;
    writePrivately(this.#path, JSON.stringify(document));
  }
}

function keyOf(account: string, tenantId: string, scope: string): string {
  return `${account.toLowerCase()}|${tenantId}|${scope}`;
}

function readCache(path: string): CacheDocument {
  const document: CacheDocument = { credentials: {}, accessTokens: {} };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return document;
  }
  if (!isObject(value)) return document;
  const { credentials, accessTokens } = value;
  for (const [account, one] of Object.entries(isObject(credentials) ? credentials : {})) {
    const credential = isObject(one) ? readCredential(one) : undefined;
    if (credential) document.credentials[account] = credential;
  }
  for (const [key, one] of Object.entries(isObject(accessTokens) ? accessTokens : {})) {
    if (!isObject(one) || typeof one['accessToken'] !== 'string') continue;
    document.accessTokens[key] = { accessToken: one['accessToken'], expiresOn: Number(one['expiresOn']) };
  }
  return document;
}

function readCredential(one: Readonly<Record<string, unknown>>): Credential | undefined {
  const tenantId = typeof one['tenantId'] === 'string' ? one['tenantId'] : '';
  if (one['kind'] === 'user' && typeof one['refreshToken'] === 'string') {
    return { kind: 'user', refreshToken: one['refreshToken'], tenantId };
  }
  if (one['kind'] === 'servicePrincipal' && typeof one['secret'] === 'string') {
    return { kind: 'servicePrincipal', secret: one['secret'], tenantId };
  }
  return undefined;
}
