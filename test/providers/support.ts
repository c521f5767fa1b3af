import { authorizationTypes } from '../../src/providers/authorization/index.ts';
import { computeTypes } from '../../src/providers/compute/index.ts';
import { managedIdentityTypes } from '../../src/providers/managed-identity/index.ts';
import { networkResourceTypes } from '../../src/providers/network/index.ts';
import {
  type CallOptions,
  type Estate,
  type EstateOptions,
  openEstate,
  people,
  type Reply,
} from '../arm/estate.ts';

/** Identities made and removed, as the directory would keep them. */
export const identities = {
  living: new Map<string, string>(),
  async create({ resourceId }: { readonly resourceId: string }) {
    const objectId = `00000000-0000-4000-9000-${String(this.living.size).padStart(12, '0')}`;
    this.living.set(objectId, resourceId);
    return { objectId, clientId: objectId.replace('9000', 'a000') };
  },
  async remove(objectId: string) {
    this.living.delete(objectId);
  },
};

/** An estate with every provider of this folder. */
export function openProviders(options: EstateOptions = {}): Promise<Estate> {
  return openEstate({
    ...options,
    types: [
      ...authorizationTypes,
      ...networkResourceTypes({ bastionEndpoint: (id) => `bst-${id.length}.bastion.test:8443` }),
      ...managedIdentityTypes(identities),
      ...computeTypes,
      ...(options.types ?? []),
    ],
  });
}

/** Calls below one scope with one api-version. */
export function caller(estate: Estate, apiVersion: string) {
  return (method: string, path: string, options: CallOptions = {}): Promise<Reply> =>
    estate.call(method, `${path}${path.includes('?') ? '&' : '?'}api-version=${apiVersion}`, options);
}

export { people };
