import type { FieldError } from '../../apimachinery/contract.ts';
import { at, listAt, maybeObjectAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { parseCidr, parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  formMessage,
  portName,
  wildcardSubdomain,
} from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import {
  isCidr,
  strictIpFaults,
  validateChoice,
  validateCidr,
  validateIp,
  validateOptionalChoice,
  validatePortNumber,
} from '../../apimachinery/validation/values.ts';
import { type Json, type JsonObject, jsonEqual, rangeContains } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import { protocols } from './containers.ts';

export const networkPolicyRules: KindRules = {
  validate(policy) {
    const spec = objectAt(policy, 'spec');
    const types = textsAt(spec, 'policyTypes');
    const errors = [
      ...validateSelector(maybeObjectAt(spec, 'podSelector'), 'spec.podSelector'),
      ...validatePolicyRules(spec, 'ingress', 'from'),
      ...validatePolicyRules(spec, 'egress', 'to'),
    ];
    if (types.length > 2) {
      return [
        ...errors,
        invalid('spec.policyTypes', [...types], 'may not specify more than two policyTypes'),
      ];
    }
    const known = ['Ingress', 'Egress'];
    const wrong = types.flatMap((type, position) =>
      known.includes(type) ? [] : [notSupported(index('spec.policyTypes', position), type, known)],
    );
    return [...errors, ...wrong];
  },
};

function validatePolicyRules(spec: JsonObject, direction: string, peers: string): FieldError[] {
  return objectsAt(spec, direction).flatMap((rule, position) => {
    const here = index(child('spec', direction), position);
    return [
      ...objectsAt(rule, 'ports').flatMap((port, place) =>
        validatePolicyPort(port, index(child(here, 'ports'), place)),
      ),
      ...objectsAt(rule, peers).flatMap((peer, place) =>
        validatePeer(peer, index(child(here, peers), place)),
      ),
    ];
  });
}

function validatePolicyPort(port: JsonObject, path: string): FieldError[] {
  const errors = validateOptionalChoice(port, path, 'protocol', ['TCP', 'UDP', 'SCTP']);
  const number = port['port'];
  const last = port['endPort'];
  const lastPath = child(path, 'endPort');
  if (typeof number === 'number') {
    errors.push(...validatePortNumber(number, child(path, 'port')));
    if (typeof last === 'number' && last < number) {
      errors.push(invalid(lastPath, number, 'must be greater than or equal to `port`'));
    }
    if (last !== undefined) errors.push(...validatePortNumber(last, lastPath));
  } else if (typeof number === 'string') {
    if (last !== undefined)
      errors.push(invalid(lastPath, last, 'may not be specified when `port` is non-numeric'));
    errors.push(...invalidEach(child(path, 'port'), number, portName(number)));
  } else if (last !== undefined) {
    errors.push(invalid(lastPath, last, 'may not be specified when `port` is not specified'));
  }
  return errors;
}

function validatePeer(peer: JsonObject, path: string): FieldError[] {
  const block = maybeObjectAt(peer, 'ipBlock');
  const selectors = ['podSelector', 'namespaceSelector'];
  const errors = selectors.flatMap((name) => validateSelector(maybeObjectAt(peer, name), child(path, name)));
  const others = selectors.filter((name) => peer[name] !== undefined).length;
  if (block) errors.push(...validateBlock(block, child(path, 'ipBlock')));
  if (!block && others === 0) errors.push(required(path, 'must specify a peer'));
  if (block && others > 0) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateBlock(block: JsonObject, path: string): FieldError[] {
  const cidr = textAt(block, 'cidr');
  if (!cidr) return [required(child(path, 'cidr'))];
  const errors = validateCidr(cidr, child(path, 'cidr'));
  if (errors.length > 0) return errors;
  return textsAt(block, 'except').flatMap((except, position) => {
    const here = index(child(path, 'except'), position);
    const wrong = validateCidr(except, here);
    if (wrong.length > 0) return wrong;
    return isStrictSubset(except, cidr) ? [] : [invalid(here, except, 'must be a strict subset of `cidr`')];
  });
}

function isStrictSubset(inner: string, outer: string): boolean {
  const [narrow, wide] = [parseCidr(inner), parseCidr(outer)];
  return Boolean(narrow && wide && narrow.length > wide.length && rangeContains(wide, narrow));
}

const ingressClassAnnotation = 'kubernetes.io/ingress.class';

export const ingressRules: KindRules = {
  validate(ingress) {
    const spec = objectAt(ingress, 'spec');
    const backend = maybeObjectAt(spec, 'defaultBackend');
    const className = textAt(spec, 'ingressClassName');
    const errors: FieldError[] = [];
    if (!backend && listAt(spec, 'rules').length === 0) {
      errors.push(
        invalid('spec', spec['rules'] ?? null, 'either `defaultBackend` or `rules` must be specified'),
      );
    }
    if (backend) errors.push(...validateBackend(backend, 'spec.defaultBackend'));
    errors.push(
      ...objectsAt(spec, 'rules').flatMap((rule, place) =>
        validateHostRule(rule, index('spec.rules', place)),
      ),
    );
    errors.push(
      ...objectsAt(spec, 'tls').flatMap((tls, place) => validateTls(tls, index('spec.tls', place))),
    );
    if (className) errors.push(...invalidEach('spec.ingressClassName', className, dnsSubdomain(className)));
    return errors;
  },
  validateCreate(ingress) {
    const annotation = at(ingress, 'metadata', 'annotations', ingressClassAnnotation);
    const name = at(ingress, 'spec', 'ingressClassName');
    if (annotation === undefined || name === undefined || annotation === name) return [];
    const detail = 'must match `ingressClassName` when both are specified';
    return [invalid(`annotations.${ingressClassAnnotation}`, annotation, detail)];
  },
};

function validateHost(host: string, path: string): FieldError[] {
  return invalidEach(path, host, host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host));
}

function validateHostRule(rule: JsonObject, path: string): FieldError[] {
  const host = textAt(rule, 'host');
  const errors: FieldError[] = [];
  if (host) {
    if (parseIpAddress(host))
      errors.push(invalid(child(path, 'host'), host, 'must be a DNS name, not an IP address'));
    errors.push(...validateHost(host, child(path, 'host')));
  }
  const http = maybeObjectAt(rule, 'http');
  if (!http) return errors;
  const here = child(path, 'http.paths');
  const paths = objectsAt(http, 'paths');
  if (paths.length === 0) errors.push(required(here));
  return [...errors, ...paths.flatMap((item, position) => validateHttpPath(item, index(here, position)))];
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const forbiddenInPaths = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenAtEnd = ['/..', '/.'];

function validateHttpPath(item: JsonObject, path: string): FieldError[] {
  const type = textAt(item, 'pathType');
  const target = textAt(item, 'path');
  const here = child(path, 'path');
  const errors: FieldError[] = [];
  if (!type) return [required(child(path, 'pathType'), 'pathType must be specified')];
  if (!pathTypes.includes(type)) errors.push(notSupported(child(path, 'pathType'), type, pathTypes));
  else {
    const isExact = type !== 'ImplementationSpecific';
    if (!target.startsWith('/') && (isExact || target))
      errors.push(invalid(here, target, 'must be an absolute path'));
    if (isExact) {
      const inside = forbiddenInPaths.filter((text) => target.includes(text));
      errors.push(...inside.map((text) => invalid(here, target, `must not contain '${text}'`)));
      const end = forbiddenAtEnd.filter((text) => target.endsWith(text));
      errors.push(...end.map((text) => invalid(here, target, `cannot end with '${text}'`)));
    }
  }
  return [...errors, ...validateBackend(objectAt(item, 'backend'), child(path, 'backend'))];
}

function validateBackend(backend: JsonObject, path: string): FieldError[] {
  const service = maybeObjectAt(backend, 'service');
  const resource = maybeObjectAt(backend, 'resource');
  if (service && resource) return [invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) {
    return ['kind', 'name']
      .filter((member) => !textAt(resource, member))
      .map((member) => required(child(path, `resource.${member}`)));
  }
  if (!service) return [invalid(path, '', 'resource or service backend is required')];
  const name = textAt(service, 'name');
  const namePath = child(path, 'service.name');
  return [
    ...(name ? invalidEach(namePath, name, dns1035Label(name)) : [required(namePath)]),
    ...validateBackendPort(objectAt(service, 'port'), path),
  ];
}

function validateBackendPort(port: JsonObject, path: string): FieldError[] {
  const name = textAt(port, 'name');
  const number = port['number'];
  if (name && number !== undefined) return [invalid(path, '', 'cannot set both port name & port number')];
  if (name) return invalidEach(child(path, 'service.port.name'), name, portName(name));
  if (number !== undefined) return validatePortNumber(number, child(path, 'service.port.number'));
  return [required(path, 'port name or number is required')];
}

function validateTls(tls: JsonObject, path: string): FieldError[] {
  const secret = textAt(tls, 'secretName');
  return [
    ...textsAt(tls, 'hosts').flatMap((host, position) =>
      validateHost(host, index(child(path, 'hosts'), position)),
    ),
    ...(secret ? invalidEach(child(path, 'secretName'), secret, dnsSubdomain(secret)) : []),
  ];
}

const maxControllerLength = 250;
const httpPathForm = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const httpPath = new RegExp(`^${httpPathForm}$`);

export const ingressClassRules: KindRules = {
  validate(object) {
    const path = 'spec.controller';
    const controller = textAt(object, 'spec', 'controller');
    const errors = controller.length > maxControllerLength ? [tooLong(path, maxControllerLength)] : [];
    return [...errors, ...validateDomainPath(controller, path), ...validateParameters(object)];
  },
  validateUpdate: (object, old) =>
    jsonEqual(at(object, 'spec', 'controller'), at(old, 'spec', 'controller'))
      ? []
      : validateImmutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'spec.controller', 'controller'),
};

function validateDomainPath(text: string, path: string): FieldError[] {
  if (!text) return [required(path)];
  const slash = text.indexOf('/');
  const host = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  if (slash <= 0 || !rest) {
    return [invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = invalidEach(path, host, dnsSubdomain(host));
  if (!httpPath.test(rest)) {
    errors.push(invalid(path, rest, formMessage('Invalid path', httpPathForm)));
  }
  return errors;
}

function validateParameters(object: JsonObject): FieldError[] {
  const parameters = maybeObjectAt(object, 'spec', 'parameters');
  const path = 'spec.parameters';
  if (!parameters) return [];
  const errors = ['kind', 'name']
    .filter((member) => !textAt(parameters, member))
    .map((m) => required(child(path, m)));
  errors.push(...validateOptionalChoice(parameters, path, 'scope', ['Cluster', 'Namespace']));
  const namespace = textAt(parameters, 'namespace');
  if (parameters['scope'] === 'Namespace' && !namespace) {
    errors.push(required(child(path, 'namespace'), "`parameters.scope` is set to 'Namespace'"));
  }
  if (parameters['scope'] === 'Cluster' && namespace) {
    errors.push(forbidden(child(path, 'namespace'), "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

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

export const ipAddressRules: KindRules = {
  name: strictIpFaults,
  validate(object) {
    const parent = maybeObjectAt(object, 'spec', 'parentRef');
    if (!parent) return [required('spec.parentRef')];
    const missing = ['resource', 'name'].filter((member) => textAt(parent, member) === '');
    return missing.map((member) => required(child('spec.parentRef', member)));
  },
  validateUpdate(object, old) {
    const parentOf = (address: JsonObject) => {
      const text = (member: string) => textAt(address, 'spec', 'parentRef', member);
      return {
        Group: text('group'),
        Resource: text('resource'),
        Namespace: text('namespace'),
        Name: text('name'),
      };
    };
    const parent = parentOf(object);
    if (jsonEqual(parent, parentOf(old))) return [];
    return [invalid('spec.parentRef', parent, 'field is immutable')];
  },
};

export const serviceCidrRules: KindRules = {
  validate(object) {
    const cidrs = textsAt(object, 'spec', 'cidrs');
    if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
    return cidrs.flatMap((cidr, position) =>
      isCidr(cidr) ? [] : validateCidr(cidr, index('spec.cidrs', position)),
    );
  },
};
