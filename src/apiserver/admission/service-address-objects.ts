import {
  type AdmissionStep,
  type Alongside,
  type ClusterView,
  type Place,
  writesOf,
} from '../../apimachinery/admission.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import type { JsonObject } from '../../base/index.ts';

/** Where IPAddresses lie. */
export const addressesPlace: Place = {
  group: 'networking.k8s.io',
  resource: 'ipaddresses',
  namespace: '',
};

interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** Says which addresses a service has, as IPAddresses that come, and go, in the commits of the service itself. */
export const serviceAddressObjects: AdmissionStep = {
  name: 'service-address-objects',
  concerns: writesOf(['/services'], 'CREATE', 'UPDATE', 'DELETE'),
  async validate(write, cluster) {
    const { namespace, name, object, old } = write;
    const has = object ? addressesOf(object) : [];
    const had = old ? addressesOf(old) : [];
    const service = { namespace, name };
    for (const address of has) {
      if (await cluster.find(addressesPlace, address)) continue;
      const made = addressObject(address, service);
      if (made) write.alongside.push({ ...addressesPlace, object: made, becomes: 'made' });
    }
    for (const address of had) {
      const removed = await removal(cluster, address, service);
      if (!removed) continue;
      write.alongside.push(has.includes(address) || !object ? { ...removed, atTheEnd: true } : removed);
    }
  },
};

async function removal(
  cluster: ClusterView,
  address: string,
  service: ServiceName,
): Promise<Alongside | undefined> {
  const found = await cluster.find(addressesPlace, address);
  if (!found || !isOfService(found, service)) return undefined;
  return { ...addressesPlace, object: found, becomes: 'removed' };
}

/** The cluster IPs of a service, as IPAddresses are called. */
export function addressesOf(service: JsonObject): string[] {
  if (textAt(service, 'spec', 'type') === 'ExternalName') return [];
  const several = textsAt(service, 'spec', 'clusterIPs');
  const texts = several.length > 0 ? several : [textAt(service, 'spec', 'clusterIP')];
  return texts.flatMap((text) => parseIpAddress(text)?.canonical ?? []);
}

/** True for the IPAddress of that service. */
export function isOfService(address: JsonObject, { namespace, name }: ServiceName): boolean {
  const parent = objectAt(address, 'spec', 'parentRef');
  return (
    textOf(parent['group']) === '' &&
    parent['resource'] === 'services' &&
    parent['namespace'] === namespace &&
    parent['name'] === name
  );
}

const managedBy = 'ipaddress.kubernetes.io/managed-by';
const allocator = 'ipallocator.k8s.io';

/** The IPAddress of a service, without an identity; undefined for what is no address. */
export function addressObject(address: string, { namespace, name }: ServiceName): JsonObject | undefined {
  const parsed = parseIpAddress(address);
  if (!parsed) return undefined;
  const labels = { 'ipaddress.kubernetes.io/ip-family': `IPv${parsed.family}`, [managedBy]: allocator };
  return {
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: parsed.canonical, labels },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
}

/** True for an IPAddress that a server made for a service. */
export function isManaged(address: JsonObject): boolean {
  const { labels } = readMetadata(address);
  return (
    textAt(labels, managedBy) === allocator && textAt(address, 'spec', 'parentRef', 'resource') === 'services'
  );
}
