import { nameOf, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, labelsText, listWithMore, none } from './texts.ts';

export const maxListed = 3;

export const serviceCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'spec', 'type'),
  textsAt(object, 'spec', 'clusterIPs')[0] ?? none,
  externalIp(object),
  objectsAt(object, 'spec', 'ports').map(portText).join(',') || none,
  ageOf(object),
  labelsText(objectAt(object, 'spec', 'selector')),
];

function externalIp(service: JsonObject): string {
  const external = textsAt(service, 'spec', 'externalIPs');
  switch (service['spec'] && textAt(service, 'spec', 'type')) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || none;
    case 'LoadBalancer':
      return [...loadBalancerAddresses(service), ...external].join(',') || '<pending>';
    case 'ExternalName':
      return textAt(service, 'spec', 'externalName');
    default:
      return '<unknown>';
  }
}

function portText(port: JsonObject): string {
  const nodePort = numberAt(port, 'nodePort');
  const numbers = nodePort > 0 ? `${numberAt(port, 'port')}:${nodePort}` : `${numberAt(port, 'port')}`;
  return `${numbers}/${textAt(port, 'protocol')}`;
}

export function loadBalancerAddresses(object: JsonObject): readonly string[] {
  const addresses = objectsAt(object, 'status', 'loadBalancer', 'ingress').map(
    (ingress) => textAt(ingress, 'ip') || textAt(ingress, 'hostname'),
  );
  return [...new Set(addresses.filter((address) => address !== ''))].sort();
}

export const endpointsCells: Cells = (object) => {
  const addresses = objectsAt(object, 'subsets').flatMap(subsetAddresses);
  const isEmpty = objectsAt(object, 'subsets').length === 0;
  return [nameOf(object), isEmpty ? none : listWithMore(addresses, maxListed), ageOf(object)];
};

function subsetAddresses(subset: JsonObject): readonly string[] {
  const ips = objectsAt(subset, 'addresses').map((address) => textAt(address, 'ip'));
  const ports = objectsAt(subset, 'ports');
  if (ports.length === 0) return ips;
  return ports.flatMap((port) => ips.map((ip) => `${bracketed(ip)}:${numberAt(port, 'port')}`));
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
