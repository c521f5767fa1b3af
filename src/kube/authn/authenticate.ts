import type { Clock } from '../../base/index.ts';
import type { ConnectionInfo, HttpRequest } from '../../http/contract.ts';
import type { Authenticator, UserInfo } from '../contract.ts';
import { unauthorized } from '../wire/status.ts';

export const authenticationLimits = {
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

interface Remembered {
  readonly user: UserInfo;
  readonly untilMs: number;
}

/** Recognises callers, in the order of the authenticators; remembers whom it saw for a moment. */
export class Authentication {
  readonly #authenticators: readonly Authenticator[];
  readonly #clock: Clock;
  #tokens = new Map<string, Remembered>();
  readonly #certificates = new WeakMap<Uint8Array, Remembered>();

  constructor(authenticators: readonly Authenticator[], clock: Clock) {
    this.#authenticators = authenticators;
    this.#clock = clock;
  }

  /** `anonymous` without credentials. Throws 401 for credentials that nobody recognises. */
  async authenticate(request: HttpRequest): Promise<UserInfo> {
    const token = bearerToken(request);
    const { clientCertificate } = request.connection;
    if (token === undefined && clientCertificate === undefined) return anonymous;
    const known = this.#recall(token, request.connection);
    if (known) return known;
    const user = await this.identify(token, clientCertificate);
    if (!user) throw unauthorized();
    this.#remember(token, request.connection, user);
    return user;
  }

  /** The user behind credentials, with the group that all users share; undefined when nobody knows them. */
  async identify(
    bearerToken: string | undefined,
    clientCertificate: Uint8Array | undefined,
  ): Promise<UserInfo | undefined> {
    for (const authenticator of this.#authenticators) {
      const user = await authenticator({ bearerToken, clientCertificate });
      if (!user) continue;
      if (user.groups.includes('system:authenticated')) return user;
      return { ...user, groups: [...user.groups, 'system:authenticated'] };
    }
    return undefined;
  }

  #recall(token: string | undefined, { clientCertificate }: ConnectionInfo): UserInfo | undefined {
    const nowMs = this.#clock.monotonic();
    const byToken = token === undefined ? undefined : this.#tokens.get(token);
    if (byToken && byToken.untilMs > nowMs) return byToken.user;
    if (token !== undefined || !clientCertificate) return undefined;
    const byCertificate = this.#certificates.get(clientCertificate);
    return byCertificate && byCertificate.untilMs > nowMs ? byCertificate.user : undefined;
  }

  #remember(token: string | undefined, { clientCertificate }: ConnectionInfo, user: UserInfo): void {
    const remembered = { user, untilMs: this.#clock.monotonic() + authenticationLimits.rememberMs };
    if (token !== undefined) {
      if (this.#tokens.size >= authenticationLimits.rememberedTokens) this.#tokens = new Map();
      this.#tokens.set(token, remembered);
    } else if (clientCertificate) this.#certificates.set(clientCertificate, remembered);
  }
}

function bearerToken(request: HttpRequest): string | undefined {
  const header = request.header('authorization');
  if (header === undefined || !/^bearer /i.test(header)) return undefined;
  return header.slice('bearer '.length).trim() || undefined;
}
