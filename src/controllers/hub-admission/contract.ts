import type { UserInfo } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';

/** What the API server of a hub hands over; its `call/cluster-admission.ts` says more. */
export interface HubTarget {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
}

/** One write on a hub. */
export interface HubWrite extends HubTarget {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly requested: { readonly group: string; readonly version: string; readonly kind: string };
  readonly subresource: string;
  readonly name: string;
  readonly user: UserInfo;
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
}

/** What rules look up on the hub. */
export interface HubView {
  find(target: HubTarget, name: string): Promise<JsonObject | undefined>;
  list(target: HubTarget): Promise<readonly JsonObject[]>;
  kind(
    group: string,
    version: string,
    kind: string,
  ): { readonly namespaced: boolean; readonly verbs: readonly string[] } | undefined;
}

/** Why a write is refused, in the webhook's words; undefined: it is not. */
export type Verdict = string | undefined;

/** One webhook: which writes it is asked about, and what it says. */
export interface Webhook {
  /** As clients see it. */
  readonly name: string;
  readonly operations: readonly HubWrite['operation'][];
  judge(write: HubWrite, hub: HubView): Verdict | Promise<Verdict>;
}
