import type { AzContext } from './context.ts';
import { ArmClient } from './http/arm.ts';
import type { Caller, TokenWish } from './http/caller.ts';
import type { CallHeaders } from './http/headers.ts';
import { createTransport, type Transport } from './http/transport.ts';
import { Config } from './profile/config.ts';
import { profileDirectory } from './profile/directory.ts';
import { type Estate, readEstate } from './profile/estate.ts';
import { Profile, type Subscription } from './profile/subscriptions.ts';
import { isGoodAt, type StoredToken, TokenCache } from './profile/tokens.ts';

export interface SessionOptions {
  readonly context: AzContext;
  /** `--subscription` as typed. */
  readonly subscription?: string;
  readonly headers: CallHeaders;
  readonly warn: (message: string) => void;
  /** Told of every request, for `--debug`. */
  readonly trace?: (line: string) => void;
  /** A run whose connections are used too. */
  readonly parent?: Session;
}

/** The profile, tokens and clients of one run. Everything is read when first used. */
export class Session implements Caller {
  readonly context: AzContext;
  readonly directory: string;
  readonly headers: CallHeaders;
  readonly warn: (message: string) => void;
  readonly #wantedSubscription: string | undefined;
  readonly #parent: Session | undefined;
  readonly #trace: ((line: string) => void) | undefined;
  #config: Config | undefined;
  #estate: Estate | undefined;
  #profile: Profile | undefined;
  #tokens: TokenCache | undefined;
  #transport: Transport | undefined;
  #arm: ArmClient | undefined;

  constructor(options: SessionOptions) {
    this.context = options.context;
    this.directory = profileDirectory(options.context);
    this.headers = options.headers;
    this.warn = options.warn;
    this.#wantedSubscription = options.subscription;
    this.#parent = options.parent;
    this.#trace = options.trace;
  }

  get config(): Config {
    return (this.#config ??= new Config(this.directory, this.context.env));
  }

  get estate(): Estate {
    return (this.#estate ??= readEstate(this.directory));
  }

  get profile(): Profile {
    return (this.#profile ??= new Profile(this.directory));
  }

  get tokens(): TokenCache {
    return (this.#tokens ??= new TokenCache(this.directory));
  }

  get transport(): Transport {
    if (this.#parent) return this.#parent.transport;
    return (this.#transport ??= createTransport({
      ...(this.#trace && { trace: this.#trace }),
      caFile: this.estate.caFile,
      env: this.context.env,
      signal: this.context.signal,
    }));
  }

  /** Client of Resource Manager. */
  get arm(): ArmClient {
    return (this.#arm ??= new ArmClient(this));
  }

  /** The subscription of this run. Throws when nobody is signed in. */
  get subscription(): Subscription {
    return this.profile.find(this.#wantedSubscription);
  }

  get subscriptionId(): string {
    return this.subscription.id;
  }

  /** The same run in another subscription (an id given with `--ids` names its own). */
  in(subscription: string): Session {
    const { context, headers, warn } = this;
    return new Session({ context, subscription, headers, warn, parent: this });
  }

  /** A token for a resource such as `https://localhost:8443/`. */
  token(resource: string, wish: TokenWish = {}): Promise<StoredToken> {
    return this.tokenForScope(`${resource}/.default`, wish);
  }

  async tokenForScope(scope: string, wish: TokenWish = {}): Promise<StoredToken> {
    const account = wish.account ?? this.subscription.user.name;
    const tenant = wish.tenant ?? this.subscription.tenantId;
    const fresh = wish.claims === undefined && wish.form === undefined;
    const nowSeconds = this.context.clock.now() / 1000;
    const known = fresh ? this.tokens.accessToken(account, tenant, scope) : undefined;
    if (known && isGoodAt(known, nowSeconds)) return known;
    const { renewToken } = await import('./sign-in/renew.ts');
    return renewToken(this, { account, tenant, scope, wish });
  }

  /** Ends kept connections. */
  close(): void {
    this.#transport?.close();
  }
}
