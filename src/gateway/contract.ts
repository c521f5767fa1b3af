import type { Duplex } from 'node:stream';

/** What the gateway needs to know about a Bastion host; `server` answers from the resource records. */
export interface BastionDirectory {
  /** The host behind a data-plane endpoint id, or undefined. Read afresh for every token request. */
  bastion(endpointId: string): Promise<BastionHost | undefined>;
  /** The target behind a resource id as the client sent it, without a stray trailing `$`. */
  target(resourceId: string): Promise<TunnelTarget | undefined>;
  /** True when `fromNetworkId` is the target's network or peered with it, both ways connected. */
  reaches(fromNetworkId: string, toNetworkId: string): Promise<boolean>;
}

export interface BastionHost {
  readonly id: string;
  readonly sku: 'Basic' | 'Standard' | 'Premium' | 'Developer';
  readonly nativeClient: boolean;
  readonly networkId: string;
  readonly provisioned: boolean;
  readonly deleting: boolean;
}

export interface TunnelTarget {
  readonly id: string;
  /** Network of the subnet where the target's endpoint lives; undefined when it has a public endpoint only. */
  readonly networkId: string | undefined;
  readonly ports: readonly number[];
  readonly deleting: boolean;
}

/** Who may open a session; asked for every token request, at connect, and after every change while a tunnel is open. */
export interface BastionAccess {
  /** Resolves the ARM access token. Throws CodedError `unauthenticated`. */
  authenticate(accessToken: string): Promise<{ readonly objectId: string }>;
  /** False once the account is disabled or deleted. */
  isActive(objectId: string): boolean;
  can(caller: { readonly objectId: string }, action: string, scope: string): Promise<boolean>;
}

/** Opens a byte stream to a target inside its network. Throws CodedError `unavailable`. */
export type Dial = (targetId: string, port: number) => Promise<Duplex>;

/** Tells when something that an admission rests on may have changed: a role, an account, a network, a host. */
export type WatchAdmissions = (onChange: () => void) => { close(): void };
