import type { FieldError } from '../../apimachinery/contract.ts';
import {
  at,
  listAt,
  maybeObjectAt,
  nameOf,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
import {
  child,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import {
  dns1035Label,
  dnsSubdomain,
  portName,
  wildcardSubdomain,
} from '../../apimachinery/validation/names.ts';
import { validatePortNumber } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { loadBalancerAddresses, maxListed } from '../shared/address-cells.ts';
import { ageOf, none } from '../shared/cells.ts';

export const ingress: BuiltInKind = {
  group: 'networking.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'ingresses',
  kind: 'Ingress',
  scope: 'Namespaced',
  shortNames: ['ing'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Class', 'Hosts', 'Address', 'Ports', 'Age'],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'spec', 'ingressClassName') || none,
      ingressHosts(object),
      loadBalancerAddresses(object).join(','),
      objectsAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
      ageOf(object),
    ],
  },
  registryFolder: 'ingress',
  quirks: { hasGeneration: true },
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
  warnings: ingressWarnings,
};

const ingressClassAnnotation = 'kubernetes.io/ingress.class';

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

function ingressHosts(ingress: JsonObject): string {
  const rules = objectsAt(ingress, 'spec', 'rules');
  const hosts = rules.map((rule) => textAt(rule, 'host')).filter((host) => host !== '');
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, maxListed).join(',');
  return hosts.length > maxListed ? `${shown} + ${rules.length - maxListed} more...` : shown;
}

const oldIngressClass = 'kubernetes.io/ingress.class';

function ingressWarnings(ingress: JsonObject, old: JsonObject | undefined): string[] {
  const annotated = at(ingress, 'metadata', 'annotations', oldIngressClass) !== undefined;
  if (old || !annotated || at(ingress, 'spec', 'ingressClassName') !== undefined) return [];
  return [`annotation "${oldIngressClass}" is deprecated, please use 'spec.ingressClassName' instead`];
}
