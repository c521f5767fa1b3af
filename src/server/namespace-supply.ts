import { ClusterError, type KubeObject } from '../apimachinery/client.ts';
import { type Kind, type TypedClient, typedClient } from '../apimachinery/kinds.ts';
import { type Clock, CodedError, errorMessage, type Logger } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import { managedNamespace } from '../controllers/index.ts';
import type { NamespaceObstacle, NamespaceOrder, NamespaceSupply } from '../providers/cluster-supply.ts';
import { CannotConverge } from '../providers/endings.ts';
import { Informer } from '../reconcile/index.ts';

interface Parts {
  readonly clusters: ClusterHost;
  /** The clusters of the members of a hub whose agents run. */
  readonly membersOf: (hubId: string) => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Managed namespaces on hubs. */
export interface RunningNamespaces extends NamespaceSupply {
  close(): void;
}

export function createNamespaceSupply(parts: Parts): RunningNamespaces {
  return new Namespaces(parts);
}

/** Answers of a hub that no repetition changes. */
const finalStatuses: ReadonlySet<number> = new Set([400, 403, 422]);

class Namespaces implements RunningNamespaces {
  readonly #parts: Parts;
  /** Resource ids by hub and name of namespace. */
  readonly #resourceIds = new Map<string, Map<string, string>>();
  readonly #watched = new Map<string, { close(): void }>();
  readonly #listeners = new Set<(resourceId: string) => void>();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.clusters.beforeRemoval(async ({ clusterId }) => this.#forget(clusterId));
    parts.clusters.beforeStop(async ({ spec }) => this.#forget(spec.clusterId));
  }

  obstacle(order: NamespaceOrder): Promise<NamespaceObstacle | undefined> {
    return managedNamespace.findObstacle(order, this.#hub(order.hubId));
  }

  async provide(order: NamespaceOrder): Promise<void> {
    const { hubId, name, resourceId } = order;
    const hub = this.#hub(hubId);
    this.#follow(hubId, hub).set(name, resourceId);
    try {
      await managedNamespace.provideNamespace(order, hub);
    } catch (thrown) {
      throw isFinal(thrown) ? new CannotConverge('BadRequest', errorMessage(thrown)) : thrown;
    }
  }

  async withdraw(
    namespace: Pick<NamespaceOrder, 'resourceId' | 'hubId' | 'name'>,
    keep: boolean,
  ): Promise<boolean> {
    const { hubId, name, resourceId } = namespace;
    const hub = this.#hub(hubId);
    const names = this.#follow(hubId, hub);
    names.set(name, resourceId);
    if (!(await managedNamespace.withdrawNamespace(name, keep, hub))) return false;
    if (keep) await this.#leaveToMembers(hubId, name);
    names.delete(name);
    return true;
  }

  watch(onChange: (resourceId: string) => void): { close(): void } {
    this.#listeners.add(onChange);
    return { close: () => void this.#listeners.delete(onChange) };
  }

  close(): void {
    for (const hubId of [...this.#watched.keys()]) this.#forget(hubId);
    this.#listeners.clear();
  }

  /** At once where agents run; elsewhere the agent does it when it hears that the placement was abandoned. */
  async #leaveToMembers(hubId: string, name: string): Promise<void> {
    for (const memberClusterId of this.#parts.membersOf(hubId)) {
      const member = this.#parts.clusters.get(memberClusterId);
      if (member) await managedNamespace.unlabel(name, typedClient(member.client));
    }
  }

  #hub(hubId: string): TypedClient {
    const hub = this.#parts.clusters.get(hubId);
    if (!hub) throw new CodedError('unavailable', `the hub ${hubId} is not running`);
    return typedClient(hub.client);
  }

  /** Names of a hub whose objects are watched, from the first one on. */
  #follow(hubId: string, hub: TypedClient): Map<string, string> {
    const known = this.#resourceIds.get(hubId);
    if (known) return known;
    const names = new Map<string, string>();
    this.#resourceIds.set(hubId, names);
    const { clock, log } = this.#parts;
    const select = { labelSelector: `${managedNamespace.managedLabel}=arm` };
    const informers = managedNamespace.managedKinds.map((kind: Kind<KubeObject>) => {
      const informer = new Informer({ client: hub.cluster, kind, select, clock, log });
      informer.subscribe({
        added: (object) => this.#tell(names, object, undefined),
        updated: (object, previous) => this.#tell(names, object, previous),
        deleted: (object) => this.#tell(names, object, undefined),
      });
      return informer;
    });
    this.#watched.set(hubId, { close: () => informers.forEach((informer) => void informer.close()) });
    return names;
  }

  #tell(names: ReadonlyMap<string, string>, object: KubeObject, previous: KubeObject | undefined): void {
    const { name = '', namespace } = object.metadata;
    const resourceId = names.get(namespace ?? name);
    if (resourceId === undefined || !managedNamespace.isChange(object, previous)) return;
    for (const listener of this.#listeners) listener(resourceId);
  }

  #forget(hubId: string): void {
    this.#watched.get(hubId)?.close();
    this.#watched.delete(hubId);
    this.#resourceIds.delete(hubId);
  }
}

function isFinal(thrown: unknown): boolean {
  if (thrown instanceof CodedError) return thrown.code === 'invalid';
  return thrown instanceof ClusterError && finalStatuses.has(thrown.status);
}
