import type { JsonObject } from '../base/index.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { answerRequest, answersOn } from './http-echo.ts';
import { objectIn, objectsIn, text, textIn } from './pod.ts';
import type { Asked, Fetched } from './shell/process.ts';

/** Where a name and a port lead: to a pod's port, or nowhere. */
type Target = { readonly pod: JsonObject; readonly port: number } | 'no-such-host' | 'refused';

/** Answers what a program of a pod asks over the network of its cluster. */
export async function fetchFrom(pod: JsonObject, cluster: ClusterObjects, asked: Asked): Promise<Fetched> {
  const { url, method } = asked;
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (method === 'LOOKUP') return lookUp(pod, cluster, url.hostname);
  const target = await targetOf(pod, cluster, { host: url.hostname, port });
  if (typeof target === 'string') return { failure: target };
  const path = `${url.pathname}${url.search}`;
  return answerRequest(target.pod, target.port, {
    method,
    path,
    headers: { host: url.host, ...asked.headers },
    body: asked.body,
  });
}

async function lookUp(pod: JsonObject, cluster: ClusterObjects, host: string): Promise<Fetched> {
  const service = await serviceNamed(pod, cluster, host);
  if (!service) return { failure: 'no-such-host' };
  return { status: 200, headers: { address: textIn(objectIn(service, 'spec'), 'clusterIP') }, body: '' };
}

async function targetOf(
  pod: JsonObject,
  cluster: ClusterObjects,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Target> {
  const reach = (found: JsonObject): Target => (answersOn(found, port) ? { pod: found, port } : 'refused');
  if (host === 'localhost' || host.startsWith('127.')) return reach(pod);
  if (/^[\d.]+$/.test(host)) {
    const services = await cluster.list('services', '');
    const service = services.find((each) => textIn(objectIn(each, 'spec'), 'clusterIP') === host);
    if (service) return behindService(service, cluster, String(port));
    const pods = await cluster.list('pods', '');
    const found = pods.find((each) => textIn(objectIn(each, 'status'), 'podIP') === host);
    return found ? reach(found) : 'refused';
  }
  const service = await serviceNamed(pod, cluster, host);
  return service ? behindService(service, cluster, String(port)) : 'no-such-host';
}

async function serviceNamed(
  pod: JsonObject,
  cluster: ClusterObjects,
  host: string,
): Promise<JsonObject | undefined> {
  const own = textIn(objectIn(pod, 'metadata'), 'namespace');
  const [name = '', namespace = own, ...rest] = host.replace(/\.cluster\.local\.?$/, '').split('.');
  const isService = rest.length === 0 || (rest.length === 1 && rest[0] === 'svc');
  return isService ? cluster.find('services', namespace, name) : undefined;
}

/** A ready pod behind a port of a service, by the port's number or name; '' is its only port. */
export async function behindService(
  service: JsonObject,
  cluster: ClusterObjects,
  port: string,
): Promise<Target> {
  const metadata = objectIn(service, 'metadata');
  const [name, namespace] = [textIn(metadata, 'name'), textIn(metadata, 'namespace')];
  const ports = objectsIn(objectIn(service, 'spec'), 'ports');
  const asked =
    port === '' && ports.length === 1
      ? ports[0]
      : ports.find((each) => String(each['port']) === port || each['name'] === port);
  if (!asked) return 'refused';
  const slices = await cluster.list('endpointslices', namespace);
  for (const slice of slices) {
    const labels = objectIn(objectIn(slice, 'metadata'), 'labels');
    if (labels['kubernetes.io/service-name'] !== name) continue;
    const target = objectsIn(slice, 'ports').find((each) => text(each['name']) === text(asked['name']))?.[
      'port'
    ];
    for (const endpoint of objectsIn(slice, 'endpoints')) {
      if (objectIn(endpoint, 'conditions')['ready'] === false || typeof target !== 'number') continue;
      const pod = await cluster.find('pods', namespace, textIn(objectIn(endpoint, 'targetRef'), 'name'));
      if (pod) return { pod, port: target };
    }
  }
  return 'refused';
}
