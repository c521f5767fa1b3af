import type { ClusterClient } from '../../src/apimachinery/client.ts';

/** A client that hands every call on, except those that `changed` takes over. */
export function delegate(client: ClusterClient, changed: Partial<ClusterClient>): ClusterClient {
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    create: (...args) => client.create(...args),
    update: (...args) => client.update(...args),
    patch: (...args) => client.patch(...args),
    delete: (...args) => client.delete(...args),
    deleteCollection: (...args) => client.deleteCollection(...args),
    watch: (...args) => client.watch(...args),
    raw: (...args) => client.raw(...args),
    ...changed,
  };
}
