import { eachInTurn } from '../../base/index.ts';
import type { AddressSupply } from '../shared/addresses.ts';

/** Where nodes get their addresses from. */
export interface NodeAddresses {
  /** The address of a node, the same one each time; `own` is what its number would give it. */
  addressOf(node: string, own: string): Promise<string>;
  /** True when somebody else has what a number would give. */
  isTaken(own: string): boolean;
  /** Gives back what nodes had that are no longer there. */
  keepOnly(nodes: ReadonlyMap<string, unknown>): Promise<void>;
}

/** Each node has the address of its number, in a network without other clusters. */
export function ownAddresses(isTaken: (address: string) => boolean): NodeAddresses {
  return { addressOf: async (_node, own) => own, isTaken, keepOnly: async () => {} };
}

const prefix = 'nodes/';

/** Each node claims an address in the network of its cluster; when none is left it keeps that of its number. */
export function claimedAddresses(supply: AddressSupply): NodeAddresses {
  const holderOf = (node: string) => ({ name: `${prefix}${node}`, uid: node });
  return {
    async addressOf(node, own) {
      const answer = await supply.claim(holderOf(node), { scope: 'node', avoid: new Set() });
      if (!('address' in answer)) return own;
      // What it had in a network that its cluster has left.
      await supply.settle(holderOf(node), answer.address);
      return answer.address;
    },
    isTaken: () => false,
    async keepOnly(nodes) {
      const gone = [...supply.holders()].filter(
        (holder) => holder.name.startsWith(prefix) && !nodes.has(holder.uid),
      );
      await eachInTurn(gone, (holder) => supply.settle(holder, undefined));
    },
  };
}
