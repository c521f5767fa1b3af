import type { FieldError } from '../../apimachinery/contract.ts';
import { objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
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
import { validateChoice, validateIp } from '../../apimachinery/validation/values.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import { protocols } from './containers.ts';

const maxEndpoints = 1000;
const maxAddresses = 100;
const maxPorts = 20000;
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

export const endpointSliceRules: KindRules = {
  validate(slice) {
    const type = textAt(slice, 'addressType');
    return [
      ...validateChoice(slice, '', 'addressType', addressTypes),
      ...validateSlicePorts(slice),
      ...validateSliceEndpoints(slice, type),
    ];
  },
  validateUpdate: (slice, old) => validateImmutable(slice, old, 'addressType', 'addressType'),
};

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
    return addresses.flatMap((address, place) => validateSliceAddress(address, type, index(here, place)));
  });
}

function validateSliceAddress(address: string, type: string, path: string): FieldError[] {
  if (type === 'FQDN') return invalidEach(path, address, dnsSubdomain(address));
  const errors = validateIp(address, path);
  if (errors.length > 0) return errors;
  const isOther = (type === 'IPv4') !== (parseIpAddress(address)?.family === 4);
  return isOther ? [invalid(path, address, `must be an ${type} address`)] : [];
}
