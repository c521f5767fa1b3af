import type { FieldError } from '../../apimachinery/contract.ts';
import { nameOf, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { ipWarnings, parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  invalidEach,
  required,
  tooMany,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsLabel, dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { validateChoice, validateIp, validateSpecificIp } from '../../apimachinery/validation/values.ts';
import { type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { maxListed } from '../shared/address-cells.ts';
import { ageOf, listWithMore, unset } from '../shared/cells.ts';
import { protocols } from '../shared/containers.ts';

export const endpointSlice: BuiltInKind = {
  group: 'discovery.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'endpointslices',
  kind: 'EndpointSlice',
  scope: 'Namespaced',
  columns: {
    definitions: ['Name|string|name|0', 'AddressType', 'Ports', 'Endpoints', 'Age'],
    cells(object) {
      const ports = objectsAt(object, 'ports').map(slicePort);
      const addresses = objectsAt(object, 'endpoints').flatMap((endpoint) => textsAt(endpoint, 'addresses'));
      return [
        nameOf(object),
        textAt(object, 'addressType'),
        listWithMore(ports, maxListed) || unset,
        listWithMore(addresses, maxListed) || unset,
        ageOf(object),
      ];
    },
  },
  quirks: { hasGeneration: true, labelsCountAsChange: true },
  validate(slice, old) {
    const type = textAt(slice, 'addressType');
    // What was stored under earlier rules may stay.
    const isKept = old !== undefined && jsonEqual(old['endpoints'], slice['endpoints']);
    return [
      ...validateChoice(slice, '', 'addressType', addressTypes),
      ...validateSlicePorts(slice),
      ...(isKept ? [] : validateSliceEndpoints(slice, type)),
    ];
  },
  validateUpdate: (slice, old) => validateImmutable(slice, old, 'addressType', 'addressType'),
  warnings: endpointSliceWarnings,
};

const maxEndpoints = 1000;

const maxAddresses = 100;

const maxPorts = 20000;

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

function validateSlicePorts(slice: JsonObject): FieldError[] {
  const ports = objectsAt(slice, 'ports');
  if (ports.length > maxPorts) return [tooMany('ports', ports.length, maxPorts)];
  const names = new Set<Json | undefined>();
  return ports.flatMap((port, position) => {
    const here = index('ports', position);
    const name = textAt(port, 'name');
    const errors = name ? invalidEach(child(here, 'name'), name, dnsLabel(name)) : [];
    if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
    names.add(name);
    return [...errors, ...validateChoice(port, here, 'protocol', protocols)];
  });
}

function validateSliceEndpoints(slice: JsonObject, type: string): FieldError[] {
  const endpoints = objectsAt(slice, 'endpoints');
  if (endpoints.length > maxEndpoints) return [tooMany('endpoints', endpoints.length, maxEndpoints)];
  return endpoints.flatMap((endpoint, position) => {
    const here = child(index('endpoints', position), 'addresses');
    const addresses = textsAt(endpoint, 'addresses');
    if (addresses.length === 0) return [required(here, 'must contain at least 1 address')];
    if (addresses.length > maxAddresses) return [tooMany(here, addresses.length, maxAddresses)];
    return addresses.flatMap((address, place) => validateSliceAddress(address, type, { here, place }));
  });
}

function validateSliceAddress(
  address: string,
  type: string,
  { here, place }: { readonly here: string; readonly place: number },
): FieldError[] {
  const path = index(here, place);
  if (type === 'FQDN') return invalidEach(path, address, dnsSubdomain(address));
  const errors = validateIp(address, path);
  if (errors.length > 0) return errors;
  const isOther = (type === 'IPv4') !== (parseIpAddress(address)?.family === 4);
  return [
    ...(isOther ? [invalid(here, address, `must be an ${type} address`)] : []),
    ...validateSpecificIp(address, path),
  ];
}

function slicePort(port: JsonObject): string {
  const number = port['port'];
  if (typeof number === 'number') return String(number);
  const name: Json | undefined = port['name'];
  return typeof name === 'string' ? name : '*';
}

const manager = 'endpointslice.kubernetes.io/managed-by';

function endpointSliceWarnings(slice: JsonObject, old: JsonObject | undefined): string[] {
  const warnings: string[] = [];
  if (!old && slice['addressType'] === 'FQDN') {
    warnings.push('spec.addressType: FQDN endpoints are deprecated');
  }
  const by = textAt(slice, 'metadata', 'labels', manager);
  if (by === 'endpointslice-controller.k8s.io' || by === 'endpointslicemirroring-controller.k8s.io') {
    return warnings;
  }
  if (slice['addressType'] === 'FQDN') return warnings;
  for (const [i, endpoint] of objectsAt(slice, 'endpoints').entries()) {
    const here = child(index('endpoints', i), 'addresses');
    warnings.push(...textsAt(endpoint, 'addresses').flatMap((ip, j) => ipWarnings(index(here, j), ip)));
  }
  return warnings;
}
