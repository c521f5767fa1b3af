import type { FieldError } from '../../apimachinery/contract.ts';
import {
  at,
  listAt,
  nameOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { validateLabels } from '../../apimachinery/validation/metadata.ts';
import { dns1035Name, dnsLabel, dnsSubdomain, qualifiedName } from '../../apimachinery/validation/names.ts';
import {
  validateChoice,
  validateCidr,
  validateOptionalChoice,
  validatePortNumber,
  validatePortNumberOrName,
  validateSpecificIp,
} from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { loadBalancerAddresses } from '../shared/address-cells.ts';
import { ageOf, labelsText, none } from '../shared/cells.ts';
import { protocols } from '../shared/containers.ts';
import { textField } from '../shared/field-selectors.ts';
import { isHeadless, serviceAddressErrors } from './service/addresses.ts';
import { keepAllocated, needsHealthPort, normalizeNew } from './service/allocation.ts';
import { dropLeftovers } from './service/type-change.ts';
import { serviceWarnings } from './service/warnings.ts';

export const service: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'services',
  kind: 'Service',
  scope: 'Namespaced',
  shortNames: ['svc'],
  categories: ['all'],
  subresources: {
    proxy: 'create delete get patch update -> //ServiceProxyOptions',
    status: 'get patch update',
  },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Type',
      'Cluster-IP',
      'External-IP',
      'Port(s)',
      'Age',
      'Selector|string||1',
    ],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'spec', 'type'),
      textsAt(object, 'spec', 'clusterIPs')[0] ?? none,
      externalIp(object),
      objectsAt(object, 'spec', 'ports').map(portText).join(',') || none,
      ageOf(object),
      labelsText(objectAt(object, 'spec', 'selector')),
    ],
  },
  selectable: {
    'spec.clusterIP': textField('spec', 'clusterIP'),
    'spec.type': textField('spec', 'type'),
  },
  registryFolder: 'services/specs',
  quirks: { createOnUpdate: true },
  deletion: { answersWithObject: true },
  name: dns1035Name,
  prepareForCreate: normalizeNew,
  prepareForUpdate(service, old, subresource) {
    if (subresource !== '') return;
    keepAllocated(objectAt(service, 'spec'), objectAt(old, 'spec'));
    dropLeftovers(objectAt(service, 'spec'), objectAt(old, 'spec'));
  },
  validate: validateService,
  validateUpdate: (service, old) => [
    ...validateAddressChange(objectAt(service, 'spec'), objectAt(old, 'spec')),
    ...validateBalancerChange(objectAt(service, 'spec'), objectAt(old, 'spec')),
  ],
  warnings: (service) => serviceWarnings(service),
};

const maxStickySeconds = 86400;

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function validateService(service: JsonObject): FieldError[] {
  const spec = objectAt(service, 'spec');
  const type = textAt(spec, 'type');
  const ports = objectsAt(spec, 'ports');
  return [
    ...(ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...validateTypeAddresses(spec, type),
    ...validatePorts(spec),
    ...validateLabels(spec['selector'], 'spec.selector'),
    ...validateAffinity(spec),
    ...(type === 'ExternalName' ? [] : serviceAddressErrors(spec)),
    ...textsAt(spec, 'externalIPs').flatMap((ip, position) =>
      validateSpecificIp(ip, index('spec.externalIPs', position)),
    ),
    ...validateChoice(spec, 'spec', 'type', types),
    ...validateNodePorts(spec, type),
    ...validateLoadBalancer(spec, type),
    ...validateTraffic(spec, type),
  ];
}

function validateTypeAddresses(spec: JsonObject, type: string): FieldError[] {
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    return [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const detail = 'may not be set for ExternalName services';
  const errors = ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']
    .filter((member) => spec[member] !== undefined)
    .map((member) => forbidden(child('spec', member), detail));
  const name = textAt(spec, 'externalName').replace(/\.$/, '');
  if (!name) return [...errors, required('spec.externalName')];
  return [...errors, ...invalidEach('spec.externalName', name, dnsSubdomain(name))];
}

function validatePorts(spec: JsonObject): FieldError[] {
  const ports = objectsAt(spec, 'ports');
  const names = new Set<string>();
  return ports.flatMap((port, position) => {
    const here = index('spec.ports', position);
    const name = textAt(port, 'name');
    const errors: FieldError[] = [];
    if (!name && ports.length > 1) errors.push(required(child(here, 'name')));
    if (name) {
      errors.push(...invalidEach(child(here, 'name'), name, dnsLabel(name)));
      if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
      names.add(name);
    }
    const appProtocol = textAt(port, 'appProtocol');
    return [
      ...errors,
      ...validatePortNumber(port['port'], child(here, 'port')),
      ...validateChoice(port, here, 'protocol', protocols),
      ...validatePortNumberOrName(port['targetPort'], child(here, 'targetPort')),
      ...(appProtocol
        ? invalidEach(child(here, 'appProtocol'), appProtocol, qualifiedName(appProtocol))
        : []),
    ];
  });
}

function validateAffinity(spec: JsonObject): FieldError[] {
  const errors = validateChoice(spec, 'spec', 'sessionAffinity', ['ClientIP', 'None']);
  if (spec['sessionAffinity'] !== 'ClientIP') return errors;
  const seconds = numberAt(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds');
  if (seconds > 0 && seconds <= maxStickySeconds) return errors;
  const path = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  return [...errors, invalid(path, seconds, `must be greater than 0 and less than ${maxStickySeconds}`)];
}

function validateNodePorts(spec: JsonObject, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  const ports = new Set<string>();
  for (const [position, port] of objectsAt(spec, 'ports').entries()) {
    const here = index('spec.ports', position);
    const nodePort = numberAt(port, 'nodePort');
    const protocol = textAt(port, 'protocol');
    if (nodePort !== 0) {
      const path = child(here, 'nodePort');
      if (type === 'ClusterIP') errors.push(forbidden(path, "may not be used when `type` is 'ClusterIP'"));
      if (nodePorts.has(`${protocol}/${nodePort}`)) errors.push(duplicate(path, nodePort));
      nodePorts.add(`${protocol}/${nodePort}`);
    }
    const number = numberAt(port, 'port');
    if (ports.has(`${protocol}/${number}`)) {
      const shown = {
        Name: '',
        Protocol: protocol,
        AppProtocol: null,
        Port: number,
        TargetPort: 0,
        NodePort: 0,
      };
      errors.push(duplicate(here, shown));
    }
    ports.add(`${protocol}/${number}`);
  }
  return errors;
}

function validateLoadBalancer(spec: JsonObject, type: string): FieldError[] {
  const path = 'spec.LoadBalancerSourceRanges';
  const ranges = textsAt(spec, 'loadBalancerSourceRanges');
  const only = "may only be used when `type` is 'LoadBalancer'";
  const errors: FieldError[] = [];
  if (ranges.length > 0 && type !== 'LoadBalancer') errors.push(forbidden(path, only));
  errors.push(...ranges.flatMap((range, position) => validateCidr(range.trim(), index(path, position))));
  if (type !== 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== undefined) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', only));
  }
  if (type !== 'LoadBalancer' && spec['loadBalancerClass'] !== undefined) {
    errors.push(forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
  }
  return errors;
}

function validateTraffic(spec: JsonObject, type: string): FieldError[] {
  const isExternal =
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0);
  const policy = textAt(spec, 'externalTrafficPolicy');
  const errors: FieldError[] = [];
  if (isExternal) errors.push(...validateChoice(spec, 'spec', 'externalTrafficPolicy', ['Cluster', 'Local']));
  else if (policy) {
    errors.push(
      invalid('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'),
    );
  }
  const health = numberAt(spec, 'healthCheckNodePort');
  if (health !== 0 && !(type === 'LoadBalancer' && policy === 'Local')) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid('spec.healthCheckNodePort', health, detail));
  }
  errors.push(...validateOptionalChoice(spec, 'spec', 'internalTrafficPolicy', ['Cluster', 'Local']));
  const near = spec['trafficDistribution'];
  if (near !== undefined && !distributions.includes(textAt(spec, 'trafficDistribution'))) {
    errors.push(notSupported('spec.trafficDistribution', near, distributions));
  }
  return errors;
}

function validateAddressChange(spec: JsonObject, before: JsonObject): FieldError[] {
  if (textAt(spec, 'type') === 'ExternalName' || textAt(before, 'type') === 'ExternalName') return [];
  const now = textsAt(spec, 'clusterIPs');
  const old = textsAt(before, 'clusterIPs');
  if (old.length === 0 || now[0] === old[0]) return [];
  const detail = now.length === 0 ? 'primary clusterIP can not be unset' : 'may not change once set';
  return [invalid('spec.clusterIPs[0]', at(spec, 'clusterIPs') ?? null, detail)];
}

function validateBalancerChange(spec: JsonObject, before: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const balanced = (of: JsonObject) => textAt(of, 'type') === 'LoadBalancer';
  if (balanced(spec) && balanced(before)) {
    const [now, then] = [spec['loadBalancerClass'], before['loadBalancerClass']];
    if (!jsonEqual(now ?? null, then ?? null)) {
      errors.push(invalid('spec.loadBalancerClass', now ?? null, 'may not change once set'));
    }
  }
  const health = 'healthCheckNodePort';
  if (needsHealthPort(spec) && needsHealthPort(before) && spec[health] !== before[health]) {
    errors.push(forbidden(`spec.${health}`, 'field is immutable'));
  }
  return errors;
}

const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

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
