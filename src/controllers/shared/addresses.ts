/** Where load balancers and nodes get addresses that nobody else has; whoever starts the controllers hands it in. */
export interface AddressSupply {
  /** The holder's address in that scope, the asked one when it asks, or why there is none. Stays until `settle`. */
  claim(
    holder: AddressHolder,
    request: {
      readonly scope: AddressScope;
      readonly asked?: string;
      /** Addresses that others have. */
      readonly avoid: ReadonlySet<string>;
    },
  ): Promise<{ readonly address: string } | { readonly refusal: string }>;
  /** Gives back all that the holder has, but for `address`. */
  settle(holder: AddressHolder, address: string | undefined): Promise<void>;
  isHeld(scope: AddressScope, address: string): boolean;
  holders(): readonly AddressHolder[];
  holdersNamed(name: string): readonly AddressHolder[];
  /** Calls `listener` whenever an address became free. Returns how to stop that. */
  onFreed(listener: () => void): () => void;
}

/** For a load balancer seen from everywhere, one seen from the cluster's network, or a node. */
export type AddressScope = 'public' | 'internal' | 'node';

export interface AddressHolder {
  readonly name: string;
  /** Tells apart holders that had a name one after the other. */
  readonly uid: string;
}
