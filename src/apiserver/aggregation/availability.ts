import type { ClusterView } from '../../apimachinery/admission.ts';
import { at, numberAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { errorMessage } from '../../base/index.ts';
import type { Backends, FrontProxyIdentity } from '../backends/index.ts';
import { identityHeaders } from './forwarded-headers.ts';
import type { Availability } from './local-services.ts';
import { backendOfRemote, pathOf, type RemoteService } from './remote-service.ts';

/** The label of an EndpointSlice with the name of its Service. */
export const sliceOwner = 'kubernetes.io/service-name';

/** As the real server: an answer of one of them is enough, and each may have another address. */
const probeLimits = { attempts: 5, attemptMs: 5_000 } as const;

const asker = { username: 'system:kube-aggregator', uid: '', groups: ['system:masters'], extra: {} };

interface Parts {
  readonly view: ClusterView;
  readonly backends: Backends;
  readonly frontProxy: FrontProxyIdentity;
}

/** Whether the server of a group version can be asked: its Service, who is behind it, and what he says. */
export async function availabilityOf(parts: Parts, remote: RemoteService): Promise<Availability> {
  const problem = parts.backends.isGiven(remote.service) ? undefined : await problemOf(parts.view, remote);
  return problem ?? (await probe(parts, remote));
}

async function problemOf(view: ClusterView, { service }: RemoteService): Promise<Availability | undefined> {
  const { namespace, name, port } = service;
  const of = `service/${name} in ${JSON.stringify(namespace)}`;
  const found = await view.find({ group: '', resource: 'services', namespace }, name);
  if (!found) return unavailable('ServiceNotFound', `${of} is not present`);
  const type = textAt(found, 'spec', 'type');
  if (type !== 'ClusterIP' && type !== '') return undefined;
  const servicePort = objectsAt(found, 'spec', 'ports').find((each) => numberAt(each, 'port') === port);
  if (!servicePort) return unavailable('ServicePortError', `${of} is not listening on port ${port}`);
  const portName = textAt(servicePort, 'name');
  const all = await view.list({ group: 'discovery.k8s.io', resource: 'endpointslices', namespace });
  const slices = all.filter((slice) => textAt(slice, 'metadata', 'labels', sliceOwner) === name);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for ${of}`);
  const isBehind = slices.some(
    (slice) =>
      objectsAt(slice, 'endpoints').some((endpoint) => at(endpoint, 'conditions', 'ready') !== false) &&
      objectsAt(slice, 'ports').some(
        (each) => textAt(each, 'name') === portName && numberAt(each, 'port') > 0,
      ),
  );
  if (isBehind) return undefined;
  const message = `endpointslices for ${of} have no addresses with port name ${JSON.stringify(portName)}`;
  return unavailable('MissingEndpoints', message);
}

async function probe(parts: Parts, remote: RemoteService): Promise<Availability> {
  const attempts = Array.from({ length: probeLimits.attempts }, () => attempt(parts, remote));
  try {
    await Promise.any(attempts);
    return { status: 'True', reason: 'Passed', message: 'all checks passed' };
  } catch (thrown) {
    const [first]: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown];
    return unavailable('FailedDiscoveryCheck', errorMessage(first));
  }
}

/** Who it is does not matter here, as nothing is told him: that he answers does. */
async function attempt({ backends, frontProxy }: Parts, remote: RemoteService): Promise<void> {
  const backend = { ...backendOfRemote(remote, frontProxy), ca: '', trustsAnybody: true };
  const path = pathOf(remote);
  const url = `https://${await backends.shownAddress(backend)}${path}`;
  const failing = (why: string) => new Error(`failing or missing response from ${url}: ${why}`);
  const call = { method: 'GET', path, headers: identityHeaders(asker) };
  const answer = await backends.ask(backend, call, probeLimits.attemptMs).catch((thrown: unknown) => {
    throw failing(`Get "${url}": ${errorMessage(thrown)}`);
  });
  if (answer.status < 200 || answer.status >= 300) {
    throw failing(`bad status from ${url}: ${answer.status}`);
  }
}

function unavailable(reason: string, message: string): Availability {
  return { status: 'False', reason, message };
}
