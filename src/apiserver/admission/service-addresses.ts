import { textOf } from '../../apimachinery/metadata.ts';
import { invalid } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';

const nodePorts = { first: 30_000, last: 32_767 };
const attempts = 64;

/** Gives services their cluster IP and node ports, from ranges that nobody else hands out. */
export function serviceAddresses(cidr: string): AdmissionStep {
  const range = readCidr(cidr);
  return {
    name: 'service-addresses',
    async mutate(request) {
      const { call, operation, object, parts } = request;
      const { group, resource } = call.resource.definition;
      if (group !== '' || resource !== 'services' || operation === 'delete' || call.subresource !== '')
        return;
      const spec = object?.['spec'];
      if (!isObject(spec)) return;
      const used = new UsedAddresses(request, [...(await parts.storage.collection(call.resource)).scan('')]);
      giveAddress(request, spec, { range, used });
      givePorts(request, spec, used);
    },
  };
}

interface Range {
  readonly base: number;
  readonly size: number;
}

class UsedAddresses {
  readonly addresses = new Set<string>();
  readonly ports = new Set<number>();

  constructor({ call, namespace, name }: AdmissionRequest, services: readonly StoredService[]) {
    for (const stored of services) {
      if (stored.namespace === namespace && stored.name === name) continue;
      const spec = stored.decoded(call.resource)['spec'];
      if (!isObject(spec)) continue;
      this.addresses.add(textOf(spec['clusterIP']));
      for (const port of portsOf(spec)) {
        if (typeof port['nodePort'] === 'number') this.ports.add(port['nodePort']);
      }
      if (typeof spec['healthCheckNodePort'] === 'number') this.ports.add(spec['healthCheckNodePort']);
    }
  }
}

interface StoredService {
  readonly namespace: string;
  readonly name: string;
  decoded(resource: AdmissionRequest['call']['resource']): JsonObject;
}

function giveAddress(
  request: AdmissionRequest,
  spec: JsonObject,
  { range, used }: { range: Range; used: UsedAddresses },
): void {
  if (spec['type'] === 'ExternalName') return;
  const asked = textOf(spec['clusterIP']);
  if (asked === 'None') {
    spec['clusterIPs'] = ['None'];
  } else if (asked === '') {
    const address = freeAddress(request, range, used);
    spec['clusterIP'] = address;
    spec['clusterIPs'] = [address];
  } else {
    const before = request.old?.['spec'];
    const kept = isObject(before) && before['clusterIP'] === asked;
    if (!kept && used.addresses.has(asked)) {
      const message = `Invalid value: ${JSON.stringify([asked])}: failed to allocate IP ${asked}: provided IP is already allocated`;
      throw invalid(request.call.resource.definition, request.name, [
        { reason: 'FieldValueInvalid', field: 'spec.clusterIPs', message },
      ]);
    }
    if (!Array.isArray(spec['clusterIPs']) || spec['clusterIPs'].length === 0) spec['clusterIPs'] = [asked];
  }
  if (!Array.isArray(spec['ipFamilies']) || spec['ipFamilies'].length === 0) spec['ipFamilies'] = ['IPv4'];
  spec['ipFamilyPolicy'] ??= 'SingleStack';
}

function freeAddress({ parts: { random } }: AdmissionRequest, range: Range, used: UsedAddresses): string {
  // The first addresses are for services that choose their own, such as `kubernetes`.
  const reserved = Math.min(16, Math.max(1, Math.floor(range.size / 16)));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const address = textOfAddress(range.base + reserved + random.integer(range.size - reserved - 1));
    if (!used.addresses.has(address)) return address;
  }
  for (let offset = reserved; offset < range.size - 1; offset++) {
    const address = textOfAddress(range.base + offset);
    if (!used.addresses.has(address)) return address;
  }
  throw new Error('no service address is free');
}

function givePorts(
  { parts: { random }, call, name }: AdmissionRequest,
  spec: JsonObject,
  used: UsedAddresses,
): void {
  const wantsPorts =
    spec['type'] === 'NodePort' ||
    (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  const own = new Set<number>();
  for (const [at, port] of portsOf(spec).entries()) {
    const asked = port['nodePort'];
    if (typeof asked === 'number' && asked !== 0) {
      if (used.ports.has(asked)) {
        const message = `Invalid value: ${asked}: provided port is already allocated`;
        const field = `spec.ports[${at}].nodePort`;
        throw invalid(call.resource.definition, name, [{ reason: 'FieldValueInvalid', field, message }]);
      }
      own.add(asked);
    } else if (wantsPorts) {
      const free = freePort(random, used.ports, own);
      port['nodePort'] = free;
      own.add(free);
    }
  }
}

function freePort(
  random: { integer(below: number): number },
  used: ReadonlySet<number>,
  own: ReadonlySet<number>,
): number {
  const count = nodePorts.last - nodePorts.first + 1;
  const start = random.integer(count);
  for (let step = 0; step < count; step++) {
    const port = nodePorts.first + ((start + step) % count);
    if (!used.has(port) && !own.has(port)) return port;
  }
  throw new Error('no node port is free');
}

function portsOf(spec: JsonObject): JsonObject[] {
  const ports = spec['ports'];
  return Array.isArray(ports) ? ports.filter(isObject) : [];
}

function readCidr(cidr: string): Range {
  const [address = '', bits = '32'] = cidr.split('/');
  const base = address.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  return { base, size: 2 ** (32 - Number(bits)) };
}

function textOfAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** The address of the `kubernetes` service: the first of the range. */
export function firstServiceAddress(cidr: string): string {
  return textOfAddress(readCidr(cidr).base + 1);
}
