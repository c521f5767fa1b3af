import type { ClusterView } from '../../apimachinery/admission.ts';
import { at, numberAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { type JsonObject, withoutTrailingSlashes } from '../../base/index.ts';

/** Where a Service is reached from this process. */
export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  /** In front of the path that is asked for; '' or without a slash at its end. */
  readonly path: string;
}

/** A Service that nothing answers for; the text is the real server's. */
export class ServiceUnreachable extends Error {}

/** `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`, and the https URL that stands for that Service. */
export type ServiceUrls = ReadonlyMap<string, URL>;

/**
 * The address of a Service: what whoever made the server says of it, else where an ExternalName points, else a ready
 * address of its EndpointSlices. Throws `ServiceUnreachable`.
 */
export async function resolveService(
  cluster: Pick<ClusterView, 'find' | 'list' | 'random'>,
  urls: ServiceUrls,
  service: { readonly namespace: string; readonly name: string; readonly port: number },
): Promise<ServiceAddress> {
  const { namespace, name, port } = service;
  const given = givenAddress(urls, service);
  if (given) return given;
  const found = await cluster.find({ group: '', resource: 'services', namespace }, name);
  if (!found) throw new ServiceUnreachable(`service ${JSON.stringify(name)} not found`);
  if (textAt(found, 'spec', 'type') === 'ExternalName') {
    return { host: textAt(found, 'spec', 'externalName'), port, path: '' };
  }
  const servicePort = objectsAt(found, 'spec', 'ports').find((each) => numberAt(each, 'port') === port);
  if (!servicePort) {
    throw new ServiceUnreachable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  }
  const slices = await cluster.list({ group: 'discovery.k8s.io', resource: 'endpointslices', namespace });
  const ready = slices
    .filter((slice) => textAt(slice, 'metadata', 'labels', 'kubernetes.io/service-name') === name)
    .flatMap((slice) => readyAddresses(slice, textAt(servicePort, 'name')));
  const chosen = ready.length > 0 ? ready[cluster.random.integer(ready.length)] : undefined;
  if (!chosen) throw new ServiceUnreachable(`no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}

/** What whoever made the server says of a Service. */
export function givenAddress(
  urls: ServiceUrls,
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port: number },
): ServiceAddress | undefined {
  const given = urls.get(`${namespace}/${name}:${port}`) ?? urls.get(`${namespace}/${name}`);
  return given && addressOf(given);
}

/** Where a URL points, with its path in front of others. */
export function addressOf({ hostname, port, pathname }: URL): ServiceAddress {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? 443 : Number(port), path: withoutTrailingSlashes(pathname) };
}

/** As URLs and messages write it. */
export function hostPort({ host, port }: Pick<ServiceAddress, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function readyAddresses(slice: JsonObject, portName: string): ServiceAddress[] {
  const port = objectsAt(slice, 'ports').find((each) => textAt(each, 'name') === portName);
  if (!port) return [];
  return (
    objectsAt(slice, 'endpoints')
      // Who does not say counts as ready.
      .filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
      .flatMap((endpoint) => textsAt(endpoint, 'addresses'))
      .map((host) => ({ host, port: numberAt(port, 'port'), path: '' }))
  );
}
