import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import type { UserInfo } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { type Clock, isObject, type JsonObject, type Random } from '../../base/index.ts';
import {
  holdsToken,
  isMarkedInvalid,
  markedInvalid,
  readSecretClaims,
  type SecretAccount,
  secretClaims,
  secretIssuer,
} from './secret-claims.ts';
import { invalidToken, type TokenVerdict } from './token-verdict.ts';

export interface TokenKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly algorithm: 'ES256' | 'RS256';
  readonly keyId: string;
}

/** Looks up whether what a token is bound to still exists. */
export type BoundObjects = (
  resource: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes',
  namespace: string,
  name: string,
) => Promise<{ readonly uid: string; readonly object: JsonObject } | undefined>;

/** Told of each use of the token that a Secret holds; must not throw. */
export type SecretUse = (account: SecretAccount, secret: JsonObject) => void;

/** As in the real server: how long what was deleted still proves who somebody is. */
const outlivedMs = 60_000;

export interface TokenRequest {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly expiresInSeconds: number;
  /** From when on it counts as old, though it is good for longer: what is told as its end. */
  readonly warnsAfterSeconds?: number | undefined;
  readonly boundObject: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
  /** Where the pod runs that the token is bound to; without a uid when there is no such node. */
  readonly node?: { readonly name: string; readonly uid?: string } | undefined;
}

/** Reads a PKCS#8 key: EC P-256 or RSA. */
function readTokenKeys(privateKeyPem: string): TokenKeys {
  const privateKey = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    privateKey,
    publicKey,
    algorithm: privateKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256',
    keyId: createHash('sha256').update(der).digest('base64url'),
  };
}

/** Issues and recognises service account tokens. See https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
export class ServiceAccountTokens {
  readonly issuer: string;
  readonly #keyPem: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #bound: BoundObjects;
  readonly #used: SecretUse;
  #keys: TokenKeys | undefined;

  constructor(
    key: { readonly privateKeyPem: string; readonly issuer: string },
    parts: {
      readonly clock: Clock;
      readonly random: Random;
      readonly bound: BoundObjects;
      readonly used: SecretUse;
    },
  ) {
    this.#keyPem = key.privateKeyPem;
    this.issuer = key.issuer;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#bound = parts.bound;
    this.#used = parts.used;
  }

  async issue(request: TokenRequest): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    const keys = this.#readKeys();
    const nowSeconds = Math.floor(this.#clock.now() / 1000);
    const expires = nowSeconds + request.expiresInSeconds;
    const { boundObject, warnsAfterSeconds } = request;
    const warnsAfter = warnsAfterSeconds === undefined ? undefined : nowSeconds + warnsAfterSeconds;
    const bound = boundObject
      ? { [boundObject.kind.toLowerCase()]: { name: boundObject.name, uid: boundObject.uid } }
      : {};
    const token = await new SignJWT({
      'kubernetes.io': {
        namespace: request.namespace,
        serviceaccount: { name: request.name, uid: request.uid },
        ...bound,
        ...(request.node && { node: request.node }),
        ...(warnsAfter !== undefined && { warnafter: warnsAfter }),
      },
    })
      .setProtectedHeader({ alg: keys.algorithm, kid: keys.keyId })
      .setIssuer(this.issuer)
      .setSubject(usernameOf(request.namespace, request.name))
      .setAudience(request.audiences.length > 0 ? [...request.audiences] : [this.issuer])
      .setIssuedAt(nowSeconds)
      .setNotBefore(nowSeconds)
      .setExpirationTime(expires)
      .setJti(this.#random.uuid())
      .sign(keys.privateKey);
    return { token, expiresAtMs: (warnsAfter ?? expires) * 1000 };
  }

  /** The token that a Secret of an account holds: without an end of its own, good as long as the Secret holds it. */
  issueForSecret(account: SecretAccount): Promise<string> {
    const keys = this.#readKeys();
    return new SignJWT(secretClaims(account))
      .setProtectedHeader({ alg: keys.algorithm, kid: keys.keyId })
      .setIssuer(secretIssuer)
      .setSubject(usernameOf(account.namespace, account.name))
      .sign(keys.privateKey);
  }

  /** The service account behind a token of ours for one of the audiences; undefined: the token is not one of ours. */
  async identify(token: string, wanted: readonly string[]): Promise<TokenVerdict | undefined> {
    const issuer = this.#issuerOf(token);
    if (issuer === undefined) return undefined;
    const claims = await this.#verified(token, issuer);
    if (issuer === secretIssuer) return this.#identifySecret(token, claims, wanted);
    const private_ = claims?.['kubernetes.io'];
    if (!isObject(private_)) return invalidToken;
    const given = audiencesOf(claims?.aud);
    const audiences = wanted.filter((each) => given.includes(each));
    if (audiences.length === 0) return { user: undefined, error: wrongAudience(given, wanted) };
    const user = await this.#userOf(private_, String(claims?.jti ?? ''));
    return user ? { user, audiences } : invalidToken;
  }

  async #verified(token: string, issuer: string): Promise<JWTPayload | undefined> {
    const { publicKey, algorithm } = this.#readKeys();
    const currentDate = new Date(this.#clock.now());
    try {
      return (await jwtVerify(token, publicKey, { issuer, algorithms: [algorithm], currentDate })).payload;
    } catch {
      return undefined;
    }
  }

  /** Such a token is for this server, whatever else it is asked for. */
  async #identifySecret(
    token: string,
    claims: JWTPayload | undefined,
    wanted: readonly string[],
  ): Promise<TokenVerdict> {
    const account = readSecretClaims(claims);
    if (!account) return invalidToken;
    const audiences = wanted.filter((each) => each === this.issuer);
    if (audiences.length === 0) return { user: undefined, error: wrongAudience([this.issuer], wanted) };
    const { namespace, name, uid } = account;
    const secret = await this.#bound('secrets', namespace, account.secretName);
    if (!secret || !holdsToken(secret.object, token)) return invalidToken;
    const owner = await this.#bound('serviceaccounts', namespace, name);
    if (owner?.uid !== uid || readMetadata(owner.object)['deletionTimestamp'] !== undefined)
      return invalidToken;
    this.#used(account, secret.object);
    if (isMarkedInvalid(secret.object)) return { user: undefined, error: markedInvalid(account) };
    const user = { username: usernameOf(namespace, name), uid, groups: groupsOf(namespace), extra: {} };
    return { user, audiences };
  }

  /** The key set of `/openid/v1/jwks`. */
  keySet(): JsonObject {
    const { publicKey, algorithm, keyId } = this.#readKeys();
    const jwk = publicKey.export({ format: 'jwk' });
    const members: JsonObject = { use: 'sig', kid: keyId, alg: algorithm };
    for (const [name, value] of Object.entries(jwk)) if (typeof value === 'string') members[name] = value;
    return { keys: [members] };
  }

  #readKeys(): TokenKeys {
    this.#keys ??= readTokenKeys(this.#keyPem);
    return this.#keys;
  }

  /** Most tokens belong to other issuers: their signatures are not worth a look. */
  #issuerOf(token: string): string | undefined {
    const [, payload = ''] = token.split('.');
    try {
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      if (!isObject(claims)) return undefined;
      if (claims['iss'] === secretIssuer) return secretIssuer;
      return claims['iss'] === this.issuer && isObject(claims['kubernetes.io']) ? this.issuer : undefined;
    } catch {
      return undefined;
    }
  }

  /** What is on its way out counts until shortly after the end of its time: whatever runs there may still tidy up. */
  async #alive(...asked: Parameters<BoundObjects>): ReturnType<BoundObjects> {
    const found = await this.#bound(...asked);
    const goes = Date.parse(textOf(readMetadata(found?.object ?? {})['deletionTimestamp']));
    return goes + outlivedMs < this.#clock.now() ? undefined : found;
  }

  async #userOf(claims: JsonObject, id: string): Promise<UserInfo | undefined> {
    const namespace = String(claims['namespace'] ?? '');
    const account = isObject(claims['serviceaccount']) ? claims['serviceaccount'] : {};
    const name = String(account['name'] ?? '');
    const uid = String(account['uid'] ?? '');
    if ((await this.#alive('serviceaccounts', namespace, name))?.uid !== uid) return undefined;
    const extra: Record<string, string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${id}`] };
    for (const [kind, resource] of [
      ['pod', 'pods'],
      ['secret', 'secrets'],
      ['node', 'nodes'],
    ] as const) {
      const object = claims[kind];
      if (!isObject(object)) continue;
      // The node of a pod is told, not what the token hangs on.
      const isTold = kind === 'node' && isObject(claims['pod']);
      const where = kind === 'node' ? '' : namespace;
      const found = isTold ? object : await this.#alive(resource, where, String(object['name'] ?? ''));
      if (found?.['uid'] !== object['uid']) return undefined;
      if (kind === 'secret') continue;
      extra[`authentication.kubernetes.io/${kind}-name`] = [String(object['name'])];
      if (object['uid'] !== undefined)
        extra[`authentication.kubernetes.io/${kind}-uid`] = [String(object['uid'])];
    }
    return { username: usernameOf(namespace, name), uid, groups: groupsOf(namespace), extra };
  }
}

function audiencesOf(claim: string | string[] | undefined): readonly string[] {
  return claim === undefined ? [] : typeof claim === 'string' ? [claim] : claim;
}

/** In the words of the real server. */
function wrongAudience(given: readonly string[], wanted: readonly string[]): string {
  const list = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
  return `[invalid bearer token, token audiences ${list(given)} is invalid for the target audiences ${list(wanted)}]`;
}

function groupsOf(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}

function usernameOf(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
