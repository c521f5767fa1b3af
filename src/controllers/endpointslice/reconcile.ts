import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type Pod, type Service, type ServicePort, services } from '../kinds/core.ts';
import {
  type EndpointSlice,
  type Endpoints,
  endpointSlices,
  endpoints,
  type SliceEndpoint,
  type SlicePort,
} from '../kinds/discovery.ts';
import type { ClusterContext } from '../shared/context.ts';
import { controllerReference } from '../shared/owners.ts';
import { isFinished, isReady } from '../shared/pods.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedBy = 'endpointslice.kubernetes.io/managed-by';
const headless = 'service.kubernetes.io/headless';
export const managerName = 'endpointslice-controller.k8s.io';

const limits = { endpointsPerSlice: 100, addressesPerEndpoints: 1000 } as const;

export interface EndpointSliceContext extends ClusterContext {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  /** The slices of a service, by its key. */
  slicesOf(service: string): readonly EndpointSlice[];
  podsIn(namespace: string): readonly Pod[];
}

/** One pass over a Service. */
export async function reconcileService(key: string, context: EndpointSliceContext): Promise<undefined> {
  const service = context.services.get(key);
  if (!service) {
    // Slices go with their owner; the Endpoints of old have none.
    const [namespace = '', name = ''] = key.split('/');
    const ref = { namespace, name };
    if (await context.client.find(endpoints, ref))
      await ignoringMissing(context.client.delete(endpoints, ref));
    return undefined;
  }
  const { selector, type } = service.spec;
  if (!selector || type === 'ExternalName' || service.metadata.deletionTimestamp) return undefined;
  const groups = groupByPorts(service, backendsOf(service, context));
  await writeSlices(key, { service, groups, context });
  await writeEndpoints(service, groups, context);
  return undefined;
}

function backendsOf(service: Service, context: EndpointSliceContext): readonly Pod[] {
  const selector = { matchLabels: service.spec.selector ?? {} };
  return context
    .podsIn(service.metadata.namespace ?? '')
    .filter((pod) => pod.status?.podIP && !isFinished(pod) && matchesLabels(selector, pod.metadata.labels))
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
}

/** Pods whose ports resolve to the same numbers share slices. */
interface PortGroup {
  readonly ports: readonly SlicePort[];
  readonly pods: readonly Pod[];
}

function groupByPorts(service: Service, backends: readonly Pod[]): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly SlicePort[]; pods: Pod[] }>();
  for (const pod of backends) {
    const ports = portsOf(service, pod);
    const name = JSON.stringify(ports);
    const group = groups.get(name);
    if (group) group.pods.push(pod);
    else groups.set(name, { ports, pods: [pod] });
  }
  return groups.size > 0 ? [...groups.values()] : [{ ports: [], pods: [] }];
}

function portsOf(service: Service, pod: Pod): SlicePort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function targetPort(
  { port, targetPort: target, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (target === undefined || target === 0) return port;
  if (typeof target === 'number') return target;
  for (const container of pod.spec.containers) {
    const named = container.ports?.find((p) => p.name === target && (p.protocol ?? 'TCP') === protocol);
    if (named) return named.containerPort;
  }
  return undefined;
}

function endpointOf(pod: Pod, service: Service): SliceEndpoint {
  const terminating = Boolean(pod.metadata.deletionTimestamp);
  const serving = isReady(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName, hostname, subdomain } = pod.spec;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving, terminating },
    ...(nodeName ? { nodeName } : {}),
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    targetRef: referenceTo(pod),
  };
}

function referenceTo(pod: Pod) {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  return { kind: 'Pod', name, namespace, uid };
}

interface Writing {
  readonly service: Service;
  readonly groups: readonly PortGroup[];
  readonly context: EndpointSliceContext;
}

/** Existing slices are refilled in order; only those that differ are written. */
async function writeSlices(key: string, { service, groups, context }: Writing): Promise<void> {
  const present = [...context.slicesOf(key)]
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const wanted = groups.flatMap(({ ports, pods }) =>
    chunks(pods, limits.endpointsPerSlice).map((chunk) => ({
      ports: [...ports],
      endpoints: chunk.map((pod) => endpointOf(pod, service)),
    })),
  );
  const labels = sliceLabels(service);
  for (const [at, content] of wanted.entries()) {
    const current = present[at];
    if (!current) {
      const created = await context.client.create(endpointSlices, { ...newSlice(service), ...content });
      context.slices.observe(created);
    } else if (
      !jsonEqual(current.endpoints ?? [], content.endpoints) ||
      !jsonEqual(current.ports ?? [], content.ports) ||
      !jsonEqual(current.metadata.labels ?? {}, labels)
    ) {
      const metadata = { ...current.metadata, labels };
      context.slices.observe(
        await context.client.update(endpointSlices, { ...current, ...content, metadata }),
      );
    }
  }
  for (const surplus of present.slice(wanted.length)) {
    await ignoringMissing(context.client.delete(endpointSlices, refOf(surplus)));
  }
}

function chunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  const parts: (readonly T[])[] = [items.slice(0, size)];
  for (let at = size; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

/** What is said of a Service itself, beside what says whose it is. */
function labelsOf({ metadata, spec }: Service): Record<string, string> {
  const { [headless]: _, ...labels } = metadata.labels ?? {};
  const isHeadless = spec.clusterIP === undefined || spec.clusterIP === '' || spec.clusterIP === 'None';
  return isHeadless ? { ...labels, [headless]: '' } : labels;
}

function sliceLabels(service: Service): Record<string, string> {
  const { name = '' } = service.metadata;
  return { ...labelsOf(service), [managedBy]: managerName, [serviceNameLabel]: name };
}

function newSlice(service: Service): EndpointSlice {
  const { name = '', namespace = '' } = service.metadata;
  return {
    apiVersion: endpointSlices.apiVersion,
    kind: endpointSlices.kind,
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(services, service)],
    },
    addressType: service.spec.ipFamilies?.[0] ?? 'IPv4',
  };
}

async function writeEndpoints(
  service: Service,
  groups: readonly PortGroup[],
  context: EndpointSliceContext,
): Promise<void> {
  const { name = '', namespace = '' } = service.metadata;
  const labels = { ...labelsOf(service), 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
  const subsets = groups.filter(({ pods }) => pods.length > 0).map((group) => subsetOf(group, service));
  const current = await context.client.find(endpoints, { namespace, name });
  const isLabelled = jsonEqual(current?.metadata.labels ?? {}, labels);
  if (current && isLabelled && jsonEqual(current.subsets ?? [], subsets)) return;
  const wanted: Endpoints = {
    apiVersion: endpoints.apiVersion,
    kind: endpoints.kind,
    metadata: { ...(current?.metadata ?? { name, namespace }), labels },
    subsets,
  };
  if (current) await context.client.update(endpoints, wanted);
  else await context.client.create(endpoints, wanted);
}

function subsetOf({ ports, pods }: PortGroup, service: Service): NonNullable<Endpoints['subsets']>[number] {
  const shown = pods
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .slice(0, limits.addressesPerEndpoints);
  const isIn = (pod: Pod) => service.spec.publishNotReadyAddresses === true || isReady(pod);
  const addressOf = (pod: Pod) => ({
    ip: pod.status?.podIP ?? '',
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: referenceTo(pod),
  });
  const [ready, notReady] = [
    shown.filter(isIn).map(addressOf),
    shown.filter((pod) => !isIn(pod)).map(addressOf),
  ];
  return {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ...(ports.length > 0 ? { ports: [...ports] } : {}),
  };
}
