import {
  maybeObjectAt,
  nameOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, labelsText, listWithMore, none, selectorCell, unset } from './texts.ts';

const maxListed = 3;

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

function loadBalancerAddresses(object: JsonObject): readonly string[] {
  const addresses = objectsAt(object, 'status', 'loadBalancer', 'ingress').map(
    (ingress) => textAt(ingress, 'ip') || textAt(ingress, 'hostname'),
  );
  return [...new Set(addresses.filter((address) => address !== ''))].sort();
}

export const ingressCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'spec', 'ingressClassName') || none,
  ingressHosts(object),
  loadBalancerAddresses(object).join(','),
  objectsAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
  ageOf(object),
];

function ingressHosts(ingress: JsonObject): string {
  const rules = objectsAt(ingress, 'spec', 'rules');
  const hosts = rules.map((rule) => textAt(rule, 'host')).filter((host) => host !== '');
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, maxListed).join(',');
  return hosts.length > maxListed ? `${shown} + ${rules.length - maxListed} more...` : shown;
}

export const ingressClassCells: Cells = (object) => {
  const parameters = maybeObjectAt(object, 'spec', 'parameters');
  const group = textAt(parameters, 'apiGroup');
  return [
    nameOf(object),
    textAt(object, 'spec', 'controller'),
    parameters ? `${textAt(parameters, 'kind')}${group && `.${group}`}/${textAt(parameters, 'name')}` : none,
    ageOf(object),
  ];
};

export const networkPolicyCells: Cells = (object) => [
  nameOf(object),
  selectorCell(objectAt(object, 'spec', 'podSelector')),
  ageOf(object),
];

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

export const endpointSliceCells: Cells = (object) => {
  const ports = objectsAt(object, 'ports').map(slicePort);
  const addresses = objectsAt(object, 'endpoints').flatMap((endpoint) => textsAt(endpoint, 'addresses'));
  return [
    nameOf(object),
    textAt(object, 'addressType'),
    listWithMore(ports, maxListed) || unset,
    listWithMore(addresses, maxListed) || unset,
    ageOf(object),
  ];
};

function slicePort(port: JsonObject): string {
  const number = port['port'];
  if (typeof number === 'number') return String(number);
  const name: Json | undefined = port['name'];
  return typeof name === 'string' ? name : '*';
}

export const ipAddressCells: Cells = (object) => {
  const parent = maybeObjectAt(object, 'spec', 'parentRef');
  if (!parent) return [nameOf(object), none];
  const group = textAt(parent, 'group');
  const namespace = textAt(parent, 'namespace');
  const resource = `${textAt(parent, 'resource')}${group && `.${group}`}`.toLowerCase();
  return [nameOf(object), `${resource}${namespace && `/${namespace}`}/${textAt(parent, 'name')}`];
};

export const serviceCidrCells: Cells = (object) => [
  nameOf(object),
  textsAt(object, 'spec', 'cidrs').join(','),
  ageOf(object),
];
