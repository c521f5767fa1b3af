import { textOf } from '../../apimachinery/metadata.ts';
import { badRequest, StatusError } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { MachineObjects, PodMachines } from '../call/pod-machines.ts';

/** What only a kubelet could answer. */
function needsKubelet(what: string): StatusError {
  return new StatusError(
    501,
    'NotImplemented',
    `${what} needs a kubelet, and the nodes of this cluster are simulated: nothing runs in their pods`,
  );
}

/** Nothing of a connection can be tried only. Throws 400. */
export function checkNotDry({ query }: Call): void {
  if (query?.has('dryRun')) throw badRequest('dryRun is not supported');
}

export function nodeOf({ spec }: JsonObject): string {
  return isObject(spec) ? textOf(spec['nodeName']) : '';
}

/** The container that is meant. Throws 400 for one that is none, and for none where there are several. */
export function checkContainer(pod: JsonObject, name: string, asked: string): string {
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  const namesIn = (list: string) => {
    const containers = spec[list];
    return Array.isArray(containers) ? containers.filter(isObject).map((each) => textOf(each['name'])) : [];
  };
  const running = namesIn('containers');
  const [first = ''] = running;
  const all = [...namesIn('initContainers'), ...running, ...namesIn('ephemeralContainers')];
  if (asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  } else if (running.length > 1) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
  }
  return asked === '' ? first : asked;
}

/** The machines behind a node. Throws 501 where nothing is simulated. */
export async function machinesOf(parts: ClusterParts, node: string, what: string): Promise<PodMachines> {
  const { machines } = parts;
  const found = machines && (await machineObjects(parts).find('nodes', '', node));
  if (!machines || !found || !machines.runs(found)) throw needsKubelet(what);
  return machines;
}

/** What machines look up of the cluster. */
export function machineObjects({ view }: ClusterParts): MachineObjects {
  const place = (resource: string, namespace: string) => ({
    group: resource === 'endpointslices' ? 'discovery.k8s.io' : '',
    resource,
    namespace,
  });
  return {
    find: async (resource, namespace, name) => view.find(place(resource, namespace), name),
    list: async (resource, namespace) => view.list(place(resource, namespace)),
  };
}
