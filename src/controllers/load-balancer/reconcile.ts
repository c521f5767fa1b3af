import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type LoadBalancerIngress, type Node, type Service, services } from '../kinds/core.ts';
import type { AddressSupply } from '../shared/addresses.ts';
import type { ClusterContext } from '../shared/context.ts';
import { hold, release } from '../shared/finalizers.ts';
import { type Hosts, unavailable } from './hosts.ts';
import { askedAddress, cleanupFinalizer, isInternal, needsCleanup, wantsLoadBalancer } from './wanted.ts';

export interface LoadBalancerContext extends ClusterContext {
  readonly services: Informer<Service>;
  readonly nodes: Informer<Node>;
  readonly addresses: AddressSupply;
  /** Keys of Services without an address. */
  readonly waiting: Set<string>;
  /** By key: what a Service asked for when it was last served. */
  readonly ensured: Map<string, string>;
  readonly hosts: Hosts;
}

/** Names of holders that are Services begin with this; the key follows. */
export const holderPrefix = 'services/';

/** An address may also become free where nobody tells, when a node goes. */
const retryMs = 60_000;

const component = 'service-controller';

/** One pass over a Service. */
export async function reconcileService(
  key: string,
  context: LoadBalancerContext,
): Promise<Reconciled | undefined> {
  const service = context.services.get(key);
  await giveBackOfOthers(key, service, context);
  if (!service || needsCleanup(service) || !wantsLoadBalancer(service)) {
    context.waiting.delete(key);
    context.ensured.delete(key);
    if (service) await removeBalancer(service, holderOf(key, service), context);
    return undefined;
  }
  // Somebody else's finalizer holds it: it is going, and gets nothing new.
  if (service.metadata.deletionTimestamp) return undefined;
  return ensureBalancer(key, service, context);
}

function holderOf(key: string, service: Service) {
  return { name: `${holderPrefix}${key}`, uid: service.metadata.uid ?? '' };
}

/** A Service that went without its finalizer leaves its claim behind. */
async function giveBackOfOthers(
  key: string,
  service: Service | undefined,
  { addresses }: LoadBalancerContext,
): Promise<void> {
  for (const holder of addresses.holdersNamed(`${holderPrefix}${key}`)) {
    if (holder.uid !== service?.metadata.uid) await addresses.settle(holder, undefined);
  }
}

async function ensureBalancer(
  key: string,
  service: Service,
  context: LoadBalancerContext,
): Promise<Reconciled | undefined> {
  const { addresses, ensured, waiting } = context;
  const holder = holderOf(key, service);
  const asked = askedAddress(service);
  const signature = JSON.stringify([holder.uid, service.spec, service.metadata.annotations ?? {}]);
  const isServed = service.metadata.finalizers?.includes(cleanupFinalizer) && ingressOf(service).length > 0;
  const known = ensured.get(key);
  const isNews = known !== signature && !(known === undefined && isServed);
  if (isNews) tell(service, context, ['EnsuringLoadBalancer', 'Ensuring load balancer']);
  if (isNews && context.hosts.isEmpty) context.events.record(service, unavailable);
  context.hosts.begin();
  const held = await hold(service, cleanupFinalizer, { client: context.client, informer: context.services });
  const nodeAddresses = new Set(addressesOf(context.nodes));
  const answer = await addresses.claim(holder, {
    scope: isInternal(service) ? 'internal' : 'public',
    ...(asked === undefined ? {} : { asked }),
    avoid: nodeAddresses,
  });
  if ('refusal' in answer) {
    if (!waiting.has(key)) tellRefusal(service, answer.refusal, context);
    waiting.add(key);
    ensured.set(key, signature);
    return { againAfterMs: retryMs };
  }
  await writeIngress(held, [{ ip: answer.address, ipMode: 'VIP' }], context);
  await addresses.settle(holder, answer.address);
  // Said once it is so: what failed on the way here is told by the pass that succeeds.
  ensured.set(key, signature);
  const wasWaiting = waiting.delete(key);
  if (isNews || wasWaiting) tell(service, context, ['EnsuredLoadBalancer', 'Ensured load balancer']);
  return undefined;
}

function* addressesOf(nodes: Informer<Node>): Iterable<string> {
  for (const node of nodes.list()) {
    for (const { address } of node.status?.addresses ?? []) yield address;
  }
}

function tellRefusal(service: Service, refusal: string, context: LoadBalancerContext): void {
  context.events.record(service, {
    type: 'Warning',
    reason: 'SyncLoadBalancerFailed',
    message: `Error syncing load balancer: failed to ensure load balancer: ${refusal}`,
    component,
  });
}

function tell(service: Service, context: LoadBalancerContext, [reason, message]: [string, string]): void {
  context.events.record(service, { type: 'Normal', reason, message, component });
}

/** The address is another's only after nothing shows it here any more. */
async function removeBalancer(
  service: Service,
  holder: ReturnType<typeof holderOf>,
  context: LoadBalancerContext,
): Promise<void> {
  const { addresses, client } = context;
  const isOurs = addresses.holdersNamed(holder.name).some(({ uid }) => uid === holder.uid);
  if (isOurs) tell(service, context, ['DeletingLoadBalancer', 'Deleting load balancer']);
  if (isOurs && !service.metadata.deletionTimestamp) await writeIngress(service, [], context);
  const current = context.services.get(holder.name.slice(holderPrefix.length)) ?? service;
  if (needsCleanup(current)) {
    await release(current, cleanupFinalizer, { client, informer: context.services });
    tell(service, context, ['DeletedLoadBalancer', 'Deleted load balancer']);
  }
  if (isOurs) await addresses.settle(holder, undefined);
}

function ingressOf(service: Service): readonly LoadBalancerIngress[] {
  return service.status?.loadBalancer?.ingress ?? [];
}

async function writeIngress(
  service: Service,
  ingress: LoadBalancerIngress[],
  context: LoadBalancerContext,
): Promise<void> {
  if (jsonEqual([...ingressOf(service)], ingress)) return;
  const { uid = '' } = service.metadata;
  const body = { metadata: { uid }, status: { loadBalancer: ingress.length > 0 ? { ingress } : null } };
  const { client } = context;
  await ignoringMissing(
    client
      .patch(services, refOf(service), { type: 'merge', body }, { subresource: 'status' })
      .then((written) => context.services.observe(written)),
  );
}
