import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, nameOf, numberAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { ipWarnings } from '../../apimachinery/validation/addresses.ts';
import { child, index, invalid, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { dnsLabel } from '../../apimachinery/validation/names.ts';
import {
  validateChoice,
  validateIp,
  validatePortNumber,
  validateSpecificIp,
} from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { maxListed } from '../shared/address-cells.ts';
import { ageOf, listWithMore, none } from '../shared/cells.ts';
import { protocols } from '../shared/containers.ts';

export const endpoints: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'endpoints',
  kind: 'Endpoints',
  scope: 'Namespaced',
  shortNames: ['ep'],
  columns: {
    definitions: ['Name|string|name|0', 'Endpoints', 'Age'],
    cells(object) {
      const addresses = objectsAt(object, 'subsets').flatMap(subsetAddresses);
      const isEmpty = objectsAt(object, 'subsets').length === 0;
      return [nameOf(object), isEmpty ? none : listWithMore(addresses, maxListed), ageOf(object)];
    },
  },
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  registryFolder: 'services/endpoints',
  quirks: { createOnUpdate: true },
  validate(endpoints, old) {
    // What was stored under earlier rules may stay.
    if (old !== undefined && jsonEqual(old['subsets'], endpoints['subsets'])) return [];
    return objectsAt(endpoints, 'subsets').flatMap((subset, position) => {
      const here = index('subsets', position);
      const errors: FieldError[] = [];
      if (listAt(subset, 'addresses').length === 0 && listAt(subset, 'notReadyAddresses').length === 0) {
        errors.push(required(here, 'must specify `addresses` or `notReadyAddresses`'));
      }
      for (const member of ['addresses', 'notReadyAddresses']) {
        for (const [place, address] of objectsAt(subset, member).entries()) {
          errors.push(
            ...validateEndpointIp(textAt(address, 'ip'), child(index(child(here, member), place), 'ip')),
          );
        }
      }
      const ports = objectsAt(subset, 'ports');
      return [
        ...errors,
        ...ports.flatMap((port, place) =>
          validateEndpointPort(port, index(child(here, 'ports'), place), ports.length > 1),
        ),
      ];
    });
  },
  warnings: endpointsWarnings,
};

/** Two rules refuse what is no address at all, and both say so. */
function validateEndpointIp(ip: string, path: string): FieldError[] {
  const errors = validateIp(ip, path);
  if (errors.length > 0) return [...errors, invalid(path, ip, 'must be a valid IP address')];
  return validateSpecificIp(ip, path);
}

function validateEndpointPort(port: JsonObject, path: string, needsName: boolean): FieldError[] {
  const name = textAt(port, 'name');
  return [
    ...(needsName && !name ? [required(child(path, 'name'))] : []),
    ...(name ? invalidEach(child(path, 'name'), name, dnsLabel(name)) : []),
    ...validatePortNumber(port['port'], child(path, 'port')),
    ...validateChoice(port, path, 'protocol', protocols),
  ];
}

function subsetAddresses(subset: JsonObject): readonly string[] {
  const ips = objectsAt(subset, 'addresses').map((address) => textAt(address, 'ip'));
  const ports = objectsAt(subset, 'ports');
  if (ports.length === 0) return ips;
  return ports.flatMap((port) => ips.map((ip) => `${bracketed(ip)}:${numberAt(port, 'port')}`));
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

function endpointsWarnings(endpoints: JsonObject): string[] {
  if (
    textAt(endpoints, 'metadata', 'labels', 'endpoints.kubernetes.io/managed-by') === 'endpoint-controller'
  ) {
    return [];
  }
  return objectsAt(endpoints, 'subsets').flatMap((subset, i) =>
    ['addresses', 'notReadyAddresses'].flatMap((list) =>
      objectsAt(subset, list).flatMap((address, j) => {
        const here = index(child(index('subsets', i), list), j);
        return ipWarnings(child(here, 'ip'), textAt(address, 'ip'));
      }),
    ),
  );
}
