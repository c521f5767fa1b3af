import { type AdmissionStep, type Write, writesOf } from '../../apimachinery/admission.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { internalError, invalid } from '../../apimachinery/status.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { isObject, type JsonObject, type Random } from '../../base/index.ts';
import { addressesPlace, isOfService } from './service-address-objects.ts';
import { chooseFamilies } from './service-families.ts';
import { givePorts, portsOf } from './service-ports.ts';
import { rangesPlace, readyRanges, type ServiceRange, textOfAddress } from './service-ranges.ts';

const attempts = 64;
/** Addresses of a network that no service has. */
const networkAndBroadcast = 2;

/**
 * Gives services their cluster IP and node ports, from the ranges of the cluster's ServiceCIDRs, the one of the server's own first.
 * What a service comes to have it claims, so that no two are given the same.
 */
export function serviceAddresses(cidr: string): AdmissionStep {
  return {
    name: 'service-addresses',
    concerns: writesOf(['/services'], 'CREATE', 'UPDATE'),
    // What is free depends on all other services.
    alone: true,
    async complete(write, cluster) {
      const spec = write.object?.['spec'];
      if (!isObject(spec)) return;
      chooseFamilies(write, spec);
      const used = usedBy(write, await cluster.list({ group: '', resource: 'services', namespace: '' }));
      for (const address of await cluster.list(addressesPlace)) addTaken(used.addresses, address, write);
      const ranges = readyRanges(await cluster.list(rangesPlace), cidr);
      giveAddress(write, spec, { ranges, used: used.addresses, random: cluster.random });
      givePorts(write, spec, { used: used.ports, random: cluster.random });
    },
  };
}

/** An IPAddress of somebody else is taken, also where no service has it. */
function addTaken(used: Set<bigint>, object: JsonObject, { namespace, name }: Write): void {
  if (isOfService(object, { namespace, name })) return;
  const address = parseIpAddress(textOf(readMetadata(object)['name']));
  if (address?.family === 4) used.add(address.value);
}

/** What other services have. */
function usedBy(
  { namespace, name }: Write,
  services: readonly JsonObject[],
): { addresses: Set<bigint>; ports: Set<number> } {
  const addresses = new Set<bigint>();
  const ports = new Set<number>();
  for (const service of services) {
    const metadata = readMetadata(service);
    if (metadata['namespace'] === namespace && metadata['name'] === name) continue;
    const { spec } = service;
    if (!isObject(spec)) continue;
    const address = parseIpAddress(textOf(spec['clusterIP']));
    if (address) addresses.add(address.value);
    for (const port of portsOf(spec)) {
      if (typeof port['nodePort'] === 'number') ports.add(port['nodePort']);
    }
    if (typeof spec['healthCheckNodePort'] === 'number') ports.add(spec['healthCheckNodePort']);
  }
  return { addresses, ports };
}

function giveAddress(
  write: Write,
  spec: JsonObject,
  { ranges, used, random }: { ranges: readonly ServiceRange[]; used: ReadonlySet<bigint>; random: Random },
): void {
  if (spec['type'] === 'ExternalName') return;
  const asked = textOf(spec['clusterIP']);
  if (asked === 'None') return;
  if (asked === '') {
    const address = freeAddress(random, ranges, used);
    spec['clusterIP'] = address;
    spec['clusterIPs'] = [address];
    write.claims.push(`cluster IP ${address}`);
    return;
  }
  const before = write.old?.['spec'];
  // What the service has it keeps, also when the range is another now.
  if (isObject(before) && before['clusterIP'] === asked) return;
  // A change is for validation to refuse.
  if (isObject(before) && textOf(before['clusterIP']) !== '' && before['type'] !== 'ExternalName') return;
  const address = parseIpAddress(asked);
  if (!address) return;
  const isOutside =
    address.family !== 4 ||
    !ranges.some(({ first, last }) => address.value >= first && address.value <= last);
  if (!isOutside && !used.has(address.value)) {
    write.claims.push(`cluster IP ${address.canonical}`);
    return;
  }
  const why = isOutside
    ? 'the provided network does not match the current range'
    : 'provided IP is already allocated';
  const detail = `failed to allocate IP ${address.canonical}: ${why}`;
  throw invalid(write.definition, write.name, [invalidField('spec.clusterIPs', [asked], detail)]);
}

function freeAddress(random: Random, ranges: readonly ServiceRange[], used: ReadonlySet<bigint>): string {
  for (const range of ranges) {
    const address = freeIn(random, range, used);
    if (address !== undefined) return textOfAddress(address);
  }
  const why = ranges.length === 0 ? 'the provided network does not match the current range' : 'range is full';
  throw internalError(`failed to allocate a serviceIP: ${why}`);
}

/** So many at the beginning of a range of a size are for services that choose their own, as kube-apiserver keeps them. */
function keptAddresses(size: number): number {
  return size <= 16 ? 0 : Math.min(256, Math.max(16, Math.floor(size / 16)));
}

function freeIn(
  random: Random,
  { first, last }: ServiceRange,
  used: ReadonlySet<bigint>,
): bigint | undefined {
  const count = Number(last - first) + 1;
  const reserved = keptAddresses(count + networkAndBroadcast);
  for (let attempt = 0; attempt < attempts && reserved < count; attempt++) {
    const address = first + BigInt(reserved + random.integer(count - reserved));
    if (!used.has(address)) return address;
  }
  for (let address = first + BigInt(reserved); address <= last; address++) {
    if (!used.has(address)) return address;
  }
  // When nothing else is left, those as well.
  for (let address = first; address < first + BigInt(Math.min(reserved, count)); address++) {
    if (!used.has(address)) return address;
  }
  return undefined;
}
