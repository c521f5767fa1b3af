import { textOf } from '../../apimachinery/metadata.ts';
import { badRequest, StatusError } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts, StreamAnswer, Verb } from '../call/call.ts';
import { require } from '../call/find.ts';
import type { MachineAnswer, MachineRequest } from '../call/pod-machines.ts';
import { admitConnection } from './connect.ts';
import { checkNotDry, machineObjects, machinesOf, nodeOf } from './node-streams.ts';

/** Of a body that is handed on. */
const bodyBytes = 4 * 1024 * 1024;

/** Proxies to pods, services and nodes: 404; 503 where nobody answers; 501 where nothing is simulated. A name may carry a scheme and a port. */
export const nodeProxy: Verb = async (parts, call) => {
  checkNotDry(call);
  await admitConnection(parts, call);
  const { name, port } = targetOf(call.name);
  const object = (await require(parts, { ...call, name, subresource: '' })).peek(call.resource);
  const request = await requestOf(call);
  const { resource } = call.resource.definition;
  const answer =
    resource === 'nodes'
      ? await (await machinesOf(parts, name, 'proxy')).nodePage(object, machineObjects(parts), request.path)
      : resource === 'services'
        ? await answerOfService(parts, object, { port, request })
        : await answerOfPod(parts, object, { port, request });
  if (answer) return streamOf(answer);
  const why = `error trying to reach service: dial tcp: connect: connection refused`;
  throw new StatusError(503, 'ServiceUnavailable', why);
};

async function answerOfService(
  parts: ClusterParts,
  service: JsonObject,
  { port, request }: { readonly port: string; readonly request: MachineRequest },
): Promise<MachineAnswer | undefined> {
  const { machines } = parts;
  const metadata = isObject(service['metadata']) ? service['metadata'] : {};
  const behind = machines ? await machines.behind(service, machineObjects(parts), port) : undefined;
  if (machines && !behind) {
    const name = textOf(metadata['name']);
    throw new StatusError(503, 'ServiceUnavailable', `no endpoints available for service "${name}"`);
  }
  // Without machines there is nobody to ask.
  const simulated = await machinesOf(parts, behind ? nodeOf(behind.pod) : '', 'proxy');
  return behind && simulated.respond(behind.pod, behind.port, request);
}

async function answerOfPod(
  parts: ClusterParts,
  pod: JsonObject,
  { port, request }: { readonly port: string; readonly request: MachineRequest },
): Promise<MachineAnswer | undefined> {
  const machines = await machinesOf(parts, nodeOf(pod), 'proxy');
  return machines.respond(pod, port === '' ? machines.usualPort(pod) : Number(port), request);
}

/** `name`, `name:port`, `scheme:name:port`. */
function targetOf(asked: string): { readonly name: string; readonly port: string } {
  const [first = '', second, third = ''] = asked.split(':');
  if (second !== undefined && (first === 'http' || first === 'https')) return { name: second, port: third };
  return { name: first, port: second ?? '' };
}

async function requestOf({ request, subpath = '' }: Call): Promise<MachineRequest> {
  if (!request) throw badRequest('a proxy needs a request');
  const body = Buffer.from(await request.body(bodyBytes)).toString('utf8');
  const query = request.rawQuery === '' ? '' : `?${request.rawQuery}`;
  return { method: request.method, path: `${subpath || '/'}${query}`, headers: {}, body };
}

function streamOf({ status, headers, body }: MachineAnswer): StreamAnswer {
  return { type: 'stream', code: status, open: () => ({ status, headers, body: Buffer.from(body) }) };
}
