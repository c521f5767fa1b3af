import { type AdmissionStep, type Write, writesOf } from '../../apimachinery/admission.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { invalid } from '../../apimachinery/status.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { ipText, isObject, type JsonObject, parseIpRange, type Random } from '../../base/index.ts';
import { chooseFamilies } from './service-families.ts';
import { givePorts, portsOf } from './service-ports.ts';

const attempts = 64;

/**
 * Gives services their cluster IP and node ports, from ranges that nobody else hands out. What a
 * service comes to have it claims, so that no two are given the same.
 */
export function serviceAddresses(cidr: string): AdmissionStep {
  const range = readRange(cidr);
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
      giveAddress(write, spec, { range, used: used.addresses, random: cluster.random });
      givePorts(write, spec, { used: used.ports, random: cluster.random });
    },
  };
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
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
  { range, used, random }: { range: Range; used: ReadonlySet<bigint>; random: Random },
): void {
  if (spec['type'] === 'ExternalName') return;
  const asked = textOf(spec['clusterIP']);
  if (asked === 'None') return;
  if (asked === '') {
    const address = freeAddress(random, range, used);
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
  const isOutside = address.family !== 4 || address.value < range.first || address.value > range.last;
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

function freeAddress(random: Random, { first, last }: Range, used: ReadonlySet<bigint>): string {
  const count = Number(last - first) + 1;
  // The first addresses are for services that choose their own, such as `kubernetes`.
  const reserved = Math.min(16, Math.max(1, Math.floor(count / 16)));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const address = first + BigInt(reserved + random.integer(count - reserved));
    if (!used.has(address)) return textOfAddress(address);
  }
  for (let address = first + BigInt(reserved); address <= last; address++) {
    if (!used.has(address)) return textOfAddress(address);
  }
  throw new Error('no service address is free');
}

/** All of a range but its own address and the last, which mean the network. */
function readRange(cidr: string): Range {
  const parsed = parseIpRange(cidr);
  if (parsed?.address.family !== 4) throw new Error(`${cidr} is no range of IPv4 addresses`);
  return { first: parsed.first + 1n, last: parsed.last - 1n };
}

function textOfAddress(value: bigint): string {
  return ipText({ family: 4, value });
}

/** The address of the `kubernetes` service: the first of the range. */
export function firstServiceAddress(cidr: string): string {
  return textOfAddress(readRange(cidr).first);
}
