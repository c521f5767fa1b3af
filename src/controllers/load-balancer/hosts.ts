import { isTrue } from '../../apimachinery/conditions.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { Node, Service } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { wantsLoadBalancer } from './wanted.ts';

/** The nodes behind every load balancer. */
export class Hosts {
  readonly #nodes: Informer<Node>;
  #told: string | undefined;

  constructor(nodes: Informer<Node>) {
    this.#nodes = nodes;
  }

  /** What a load balancer is made with: what comes after that is a change. */
  begin(): void {
    this.#told ??= this.#ready().join();
  }

  get isEmpty(): boolean {
    return this.#ready().length === 0;
  }

  /** Tells of each Service with a load balancer that its nodes are others than before. */
  tellChanges(services: Informer<Service>, { events }: Pick<ClusterContext, 'events'>): void {
    const names = this.#ready().join();
    const before = this.#told;
    this.#told = names;
    if (before === undefined || before === names) return;
    for (const service of services.list()) {
      const isServed = wantsLoadBalancer(service) && service.status?.loadBalancer?.ingress?.length;
      if (!isServed || service.metadata.deletionTimestamp) continue;
      events.record(service, names === '' ? unavailable : updated);
    }
  }

  #ready(): string[] {
    return [...this.#nodes.list()]
      .filter(({ status, metadata }) => isTrue(status?.conditions, 'Ready') && !metadata.deletionTimestamp)
      .map(({ metadata }) => metadata.name ?? '')
      .sort();
  }
}

const component = 'service-controller';

export const unavailable = {
  type: 'Warning',
  reason: 'UnAvailableLoadBalancer',
  message: 'There are no available nodes for LoadBalancer',
  component,
} as const;

const updated = {
  type: 'Normal',
  reason: 'UpdatedLoadBalancer',
  message: 'Updated load balancer with new hosts',
  component,
} as const;
