import { listAt, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { ClusterParts } from '../call/call.ts';
import { objectKey } from '../storage/keys.ts';
import { type Availability, locallyAvailable } from './local-services.ts';

const defaultPort = 443;
const sliceOwner = 'kubernetes.io/service-name';

/** What can be said of an APIService; of one with a service never that it is available: nothing is passed on. */
export async function availabilityOf(parts: ClusterParts, apiService: JsonObject): Promise<Availability> {
  const spec = objectAt(apiService, 'spec');
  if (!isObject(spec['service'])) return locallyAvailable;
  const reference = spec['service'];
  const place = { namespace: textAt(reference, 'namespace'), name: textAt(reference, 'name') };
  const port = numberAt(reference, 'port') || defaultPort;
  const of = `service/${place.name} in ${JSON.stringify(place.namespace)}`;
  const services = { group: '', resource: 'services' };
  const [service] = await objectsAt(parts, services, objectKey(place.namespace, place.name));
  if (!service) return unavailable('ServiceNotFound', `${of} is not present`);
  const serviceSpec = objectAt(service, 'spec');
  const isExternal = textAt(serviceSpec, 'type') === 'ExternalName';
  if (!isExternal) {
    const problem = await problemBehind(parts, { ...place, of, port, ports: listAt(serviceSpec, 'ports') });
    if (problem) return problem;
  }
  const host = textAt(serviceSpec, isExternal ? 'externalName' : 'clusterIP');
  const url = `https://${host}:${port}/apis/${textAt(spec, 'group')}/${textAt(spec, 'version')}`;
  const why = 'API aggregation is not built in Drydock yet: no request is passed on to a service';
  return unavailable('FailedDiscoveryCheck', `failing or missing response from ${url}: ${why}`);
}

interface Behind {
  readonly namespace: string;
  readonly name: string;
  /** The service as messages name it. */
  readonly of: string;
  readonly port: number;
  readonly ports: readonly unknown[];
}

/** Whether the service listens, and anybody is behind it. */
async function problemBehind(
  parts: ClusterParts,
  { namespace, name, of, port, ports }: Behind,
): Promise<Availability | undefined> {
  const found = ports.filter(isObject).find((each) => numberAt(each, 'port') === port);
  if (!found) return unavailable('ServicePortError', `${of} is not listening on port ${port}`);
  const portName = textAt(found, 'name');
  const endpointSlices = { group: 'discovery.k8s.io', resource: 'endpointslices' };
  const inNamespace = await objectsAt(parts, endpointSlices, `${namespace}/`);
  const slices = inNamespace.filter((slice) => textAt(slice, 'metadata', 'labels', sliceOwner) === name);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for ${of}`);
  const isBehind = slices.some(
    (slice) =>
      listAt(slice, 'ports')
        .filter(isObject)
        .some((each) => textAt(each, 'name') === portName) &&
      listAt(slice, 'endpoints').filter(isObject).some(isReady),
  );
  if (isBehind) return undefined;
  const message = `endpointslices for ${of} have no addresses with port name ${JSON.stringify(portName)}`;
  return unavailable('MissingEndpoints', message);
}

function isReady(endpoint: JsonObject): boolean {
  return objectAt(endpoint, 'conditions')['ready'] !== false && listAt(endpoint, 'addresses').length > 0;
}

function unavailable(reason: string, message: string): Availability {
  return { status: 'False', reason, message };
}

/** The object of a key, or those below a namespace for a prefix that ends in a slash. */
async function objectsAt(
  { resources, storage }: ClusterParts,
  { group, resource }: { readonly group: string; readonly resource: string },
  key: string,
): Promise<JsonObject[]> {
  const served = resources.find(group, 'v1', resource);
  if (!served) return [];
  const collection = await storage.collection(served);
  const found = key.endsWith('/') ? [...collection.scan(key)] : [collection.get(key)];
  return found.flatMap((stored) => (stored ? [stored.decoded(served)] : []));
}
