import type { Authenticator, UserInfo } from '../../apimachinery/contract.ts';
import { unauthorized } from '../../apimachinery/status.ts';
import { type Clock, errorCode } from '../../base/index.ts';
import type { HttpRequest } from '../../http/contract.ts';
import { subprotocolToken } from '../request/subprotocols.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import { invalidToken, type TokenVerdict } from './token-verdict.ts';

const authenticationLimits = {
  /** How long a recognised credential is not looked at again, as in the real server. */
  rememberMs: 10_000,
  rememberedTokens: 4_096,
} as const;

export const anonymous: UserInfo = {
  username: 'system:anonymous',
  uid: '',
  groups: ['system:unauthenticated'],
  extra: {},
};

export interface AuthenticationParts {
  readonly authenticators: readonly Authenticator[];
  /** The cluster's own tokens, when it has a key for them. */
  readonly serviceAccounts: ServiceAccountTokens | undefined;
  /** What tokens are for when they do not say so themselves. */
  readonly audience: string;
  readonly clock: Clock;
}

interface Remembered {
  readonly user: UserInfo;
  readonly untilMs: number;
}

/** One proof of who a caller is; each is judged, and remembered, by itself alone. */
export type Credential = { readonly token: string } | { readonly certificate: Uint8Array };

export interface Recognised {
  readonly user: UserInfo;
  readonly credential: Credential | undefined;
}

const nobody: Recognised = { user: anonymous, credential: undefined };

/** Recognises callers, by certificate first and then by token, and remembers for a moment what each of them proved. */
export class Authentication {
  readonly #parts: AuthenticationParts;
  #known = nothingKnown();

  constructor(parts: AuthenticationParts) {
    this.#parts = parts;
  }

  /**
   * The caller with the credential that proved it; without one the caller is `anonymous`. Throws 401 for credentials of
   * which nobody recognises one.
   */
  recognise(request: HttpRequest): Recognised | Promise<Recognised> {
    const credentials = credentialsOf(request);
    const [first] = credentials;
    if (first === undefined) return nobody;
    const user = this.#recall(first);
    return user ? { user, credential: first } : this.#recogniseInTurn(credentials);
  }

  async #recogniseInTurn(credentials: readonly Credential[]): Promise<Recognised> {
    for (const credential of credentials) {
      const user = this.#recall(credential) ?? (await this.verify(credential));
      if (user) return { user, credential };
    }
    throw unauthorized();
  }

  /** Whoever was recognised is looked at again. */
  forget(): void {
    this.#known = nothingKnown();
  }

  /** Looks at a credential afresh; undefined, and forgotten, when nobody recognises it any more. */
  async verify(credential: Credential): Promise<UserInfo | undefined> {
    // Where an answer goes that was begun before everything was forgotten, nobody looks any more.
    const known = this.#known;
    const user =
      'token' in credential
        ? (await this.review(credential.token, [])).user
        : await this.#ask({ bearerToken: undefined, clientCertificate: credential.certificate });
    this.#remember(credential, user, known);
    return user;
  }

  /** Whose a token is, and for which of the audiences; none given: for this server. */
  async review(token: string, audiences: readonly string[]): Promise<TokenVerdict> {
    const { serviceAccounts, audience } = this.#parts;
    const wanted = audiences.length > 0 ? audiences : [audience];
    const own = await serviceAccounts?.identify(token, wanted);
    if (own) return own;
    if (!wanted.includes(audience)) return invalidToken;
    const user = await this.#ask({ bearerToken: token, clientCertificate: undefined });
    return user ? { user, audiences: [audience] } : invalidToken;
  }

  /** Every authenticator in turn; a refusal of one does not speak for the others. */
  async #ask(credentials: Parameters<Authenticator>[0]): Promise<UserInfo | undefined> {
    for (const authenticator of this.#parts.authenticators) {
      const user = await authenticator(credentials).catch((thrown: unknown) => {
        if (errorCode(thrown) !== 'unauthenticated') throw thrown;
        return undefined;
      });
      if (user) return withCommonGroup(user);
    }
    return undefined;
  }

  #recall(credential: Credential): UserInfo | undefined {
    const known =
      'token' in credential
        ? this.#known.tokens.get(credential.token)
        : this.#known.certificates.get(credential.certificate);
    return known && known.untilMs > this.#parts.clock.monotonic() ? known.user : undefined;
  }

  #remember(credential: Credential, user: UserInfo | undefined, { tokens, certificates }: Known): void {
    const untilMs = this.#parts.clock.monotonic() + authenticationLimits.rememberMs;
    if (!('token' in credential)) {
      if (user) certificates.set(credential.certificate, { user, untilMs });
      else certificates.delete(credential.certificate);
    } else if (user) {
      if (tokens.size >= authenticationLimits.rememberedTokens) tokens.clear();
      tokens.set(credential.token, { user, untilMs });
    } else tokens.delete(credential.token);
  }
}

/** What credentials proved lately. */
interface Known {
  readonly tokens: Map<string, Remembered>;
  readonly certificates: WeakMap<Uint8Array, Remembered>;
}

function nothingKnown(): Known {
  return { tokens: new Map(), certificates: new WeakMap() };
}

function withCommonGroup(user: UserInfo): UserInfo {
  if (user.groups.includes('system:authenticated')) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}

/** In the order in which they are looked at. */
function credentialsOf(request: HttpRequest): Credential[] {
  const { clientCertificate } = request.connection;
  const credentials: Credential[] = [];
  if (clientCertificate !== undefined) credentials.push({ certificate: clientCertificate });
  const bearer = bearerToken(request);
  if (bearer !== undefined) credentials.push({ token: bearer });
  const subprotocol = subprotocolToken(request);
  if (subprotocol !== undefined) credentials.push({ token: subprotocol });
  return credentials;
}

function bearerToken(request: HttpRequest): string | undefined {
  const header = request.header('authorization');
  if (header === undefined || !/^bearer /i.test(header)) return undefined;
  return header.slice('bearer '.length).trim() || undefined;
}
