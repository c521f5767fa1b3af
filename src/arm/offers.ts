import type { Json, JsonObject } from '../base/index.ts';
import type { Caller } from './contract.ts';

/**
 * Requests of a caller that begin in this process: every check that a request over the network meets is met, but for the
 * token. Nothing is written past them.
 */
export interface ResourceCalls {
  /** Sends one; a caller that the directory no longer has is refused with 401. */
  send(caller: Caller, request: InternalRequest): Promise<InternalAnswer>;
  /** The refusal of what a PUT would meet before its type is asked; undefined: none. `made` are ids that will be there by then. */
  preflight(
    caller: Caller,
    request: InternalRequest,
    made: ReadonlySet<string>,
  ): Promise<InternalAnswer | undefined>;
}

export interface InternalRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** A path, not percent-encoded, with no query. */
  readonly id: string;
  /** Default: the newest one of the type of the record that stands there. */
  readonly apiVersion?: string;
  readonly body?: Json;
  readonly correlationId?: string;
}

export interface InternalAnswer {
  readonly status: number;
  /** `{}` when there is none. */
  readonly body: JsonObject;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The permission check, for other rooms. */
export interface AccessControl {
  /** True when the principal may do the control-plane `action` at `scope` (`/` is the tenant). */
  can(caller: { readonly objectId: string }, action: string, scope: string): Promise<boolean>;
  /** The same for a data action. */
  canData(principalObjectId: string, dataAction: string, scope: string): Promise<boolean>;
  /** Calls `onChange` at once when an assignment, a definition or a deny assignment changed: forget cached answers. */
  watch(onChange: () => void): { close(): void };
}

/** Subscriptions of the tenant. */
export interface Subscriptions {
  /** `id` chooses the subscription id, a UUID; default a random one. */
  create(name: string, id?: string): Promise<SubscriptionInfo>;
  list(): readonly SubscriptionInfo[];
}

export interface SubscriptionInfo {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly state: string;
}
