import type { Json, JsonObject } from '../../../base/index.ts';
import type { AzContext } from '../context.ts';
import type { Config } from '../profile/config.ts';
import type { Estate } from '../profile/estate.ts';
import type { StoredToken, TokenCache } from '../profile/tokens.ts';
import type { ArmCall } from './arm-call.ts';
import type { CallHeaders } from './headers.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export interface TokenWish {
  /** Tenant to ask in; default that of the subscription. */
  readonly tenant?: string;
  /** Claims that a service demanded; the cache is passed over. */
  readonly claims?: string;
  /** Further form fields. The cache is passed over. */
  readonly form?: Readonly<Record<string, string>>;
  readonly account?: string;
}

/** What a request needs of the run that it belongs to. */
export interface Caller {
  readonly context: AzContext;
  readonly headers: CallHeaders;
  readonly warn: (message: string) => void;
  readonly config: Config;
  readonly estate: Estate;
  readonly tokens: TokenCache;
  readonly transport: Transport;
  readonly subscriptionId: string;
  readonly arm: ArmRequests;
  /** A token for a resource such as `https://localhost:8443/`. */
  token(resource: string, wish?: TokenWish): Promise<StoredToken>;
}

/** Requests to Resource Manager. */
export interface ArmRequests {
  /** Sends one request. Throws ServiceError with the service's own words when it is refused. */
  send(call: ArmCall): Promise<HttpAnswer>;
  /** The JSON body of a GET. */
  get(path: string, apiVersion: string, query?: ArmCall['query']): Promise<JsonObject>;
  /** The JSON answer of a POST that is done at once; undefined when it has no body. */
  post(path: string, apiVersion: string, body?: Json): Promise<Json | undefined>;
}
