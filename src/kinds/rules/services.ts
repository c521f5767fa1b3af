import type { FieldError } from '../../apimachinery/contract.ts';
import { at, listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { parseIpAddress } from '../../apimachinery/validation/addresses.ts';
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
  validateIp,
  validateOptionalChoice,
  validatePortNumber,
  validatePortNumberOrName,
  validateSpecificIp,
} from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import { protocols } from './containers.ts';
import { dropLeftovers } from './service-type-change.ts';

const maxStickySeconds = 86400;
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export const serviceRules: KindRules = {
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
};

/** `clusterIP` is the first of `clusterIPs`: what says only the first has no other. */
function normalizeNew(service: JsonObject): void {
  const spec = objectAt(service, 'spec');
  const first = textAt(spec, 'clusterIP');
  if (first && listAt(spec, 'clusterIPs').length === 0) spec['clusterIPs'] = [first];
  dropInternalPolicy(spec);
}

/** Of the two forms an update may change one: the other follows. */
function normalizeChanged(spec: JsonObject, before: JsonObject): void {
  const [now, then] = [textAt(spec, 'clusterIP'), textAt(before, 'clusterIP')];
  if (now === then && listAt(spec, 'clusterIPs').length === 0) copyMembers(spec, before, ['clusterIPs']);
  const list = listAt(spec, 'clusterIPs');
  if (now === then || (list.length > 0 && !jsonEqual(list, listAt(before, 'clusterIPs')))) return;
  if (now === '') delete spec['clusterIPs'];
  else spec['clusterIPs'] = [now];
}

/** An update that leaves out what the server chose keeps it, as long as the type still wants it. */
function keepAllocated(spec: JsonObject, before: JsonObject): void {
  normalizeChanged(spec, before);
  const isInternal = (of: JsonObject) => textAt(of, 'type') !== 'ExternalName';
  if (isInternal(before) && isInternal(spec)) {
    if (!textAt(spec, 'clusterIP')) copyMembers(spec, before, ['clusterIP']);
    if (listAt(spec, 'clusterIPs').length === 0) copyMembers(spec, before, ['clusterIPs']);
    for (const member of ['ipFamilies', 'ipFamilyPolicy']) {
      if (spec[member] === undefined) copyMembers(spec, before, [member]);
    }
  } else if (isInternal(before)) dropAddresses(spec, before);
  if (hasNodePorts(before) && hasNodePorts(spec)) keepNodePorts(spec, before);
  if (needsHealthPort(before) && needsHealthPort(spec) && numberAt(spec, 'healthCheckNodePort') === 0) {
    copyMembers(spec, before, ['healthCheckNodePort']);
  }
  dropInternalPolicy(spec);
}

/** Nothing is routed to a service that is a name only. */
function dropInternalPolicy(spec: JsonObject): void {
  if (textAt(spec, 'type') === 'ExternalName') delete spec['internalTrafficPolicy'];
}

function hasNodePorts(spec: JsonObject): boolean {
  return textAt(spec, 'type') === 'NodePort' || textAt(spec, 'type') === 'LoadBalancer';
}

function needsHealthPort(spec: JsonObject): boolean {
  return textAt(spec, 'type') === 'LoadBalancer' && textAt(spec, 'externalTrafficPolicy') === 'Local';
}

function dropAddresses(spec: JsonObject, before: JsonObject): void {
  const sameFirst = textAt(spec, 'clusterIP') === '' || spec['clusterIP'] === before['clusterIP'];
  if (sameFirst && jsonEqual(listAt(spec, 'clusterIPs'), listAt(before, 'clusterIPs'))) {
    delete spec['clusterIP'];
    delete spec['clusterIPs'];
  }
  for (const member of ['ipFamilies', 'ipFamilyPolicy']) {
    if (jsonEqual(spec[member] ?? null, before[member] ?? null)) delete spec[member];
  }
}

/** Ports keep their node port by their name, unless another port asks for it now. */
function keepNodePorts(spec: JsonObject, before: JsonObject): void {
  const asked = new Set(objectsAt(spec, 'ports').map((port) => numberAt(port, 'nodePort')));
  const kept = new Map(objectsAt(before, 'ports').map((port) => [textAt(port, 'name'), port['nodePort']]));
  for (const port of objectsAt(spec, 'ports')) {
    const nodePort = kept.get(textAt(port, 'name'));
    if (numberAt(port, 'nodePort') !== 0 || typeof nodePort !== 'number' || asked.has(nodePort)) continue;
    port['nodePort'] = nodePort;
  }
}

function copyMembers(target: JsonObject, source: JsonObject, members: readonly string[]): void {
  for (const member of members) {
    const value = source[member];
    if (value !== undefined) target[member] = structuredClone(value);
  }
}

function isHeadless(spec: JsonObject): boolean {
  return listAt(spec, 'clusterIPs').length === 1 && listAt(spec, 'clusterIPs')[0] === 'None';
}

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

/** What is wrong with the addresses of a service and their families; nothing of a name. */
export function serviceAddressErrors(spec: JsonObject): FieldError[] {
  const path = 'spec.clusterIPs';
  const first = textAt(spec, 'clusterIP');
  const all = textsAt(spec, 'clusterIPs');
  const errors: FieldError[] = [];
  if (first && all.length === 0) errors.push(required(path));
  else if (first && all[0] !== first)
    errors.push(invalid(path, [...all], 'first value must match `clusterIP`'));
  else if (!first && all.length > 0) {
    errors.push(invalid(path, [...all], 'must be empty when `clusterIP` is not specified'));
  }
  errors.push(...validateFamilies(spec));
  const wrong: FieldError[] = [];
  if (all[0] === 'None' && all.length > 1) {
    wrong.push(invalid(path, [...all], "'None' must be the first and only value"));
  }
  wrong.push(...all.flatMap((ip, at) => (at === 0 && ip === 'None' ? [] : validateIp(ip, index(path, at)))));
  errors.push(...wrong);
  if (all.length > 2) errors.push(invalid(path, [...all], 'may only hold up to 2 values'));
  return wrong.length > 0 ? errors : [...errors, ...familyErrors(spec, all)];
}

function familyErrors(spec: JsonObject, all: readonly string[]): FieldError[] {
  const path = 'spec.clusterIPs';
  const errors: FieldError[] = [];
  const isSix = all.map((ip) => parseIpAddress(ip)?.family === 6);
  if (all.length > 1 && (all.length > 2 || isSix[0] === isSix[1])) {
    errors.push(invalid(path, [...all], 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return errors;
  for (const [position, ip] of all.entries()) {
    const family = textsAt(spec, 'ipFamilies')[position];
    if ((family === 'IPv4' && isSix[position]) || (family === 'IPv6' && !isSix[position])) {
      const detail = `expected an ${family} value as indicated by \`ipFamilies[${position}]\``;
      errors.push(invalid(index(path, position), ip, detail));
    }
  }
  return errors;
}

function validateFamilies(spec: JsonObject): FieldError[] {
  const families = textsAt(spec, 'ipFamilies');
  const errors = families.flatMap((family, position) => {
    const here = index('spec.ipFamilies', position);
    if (families.indexOf(family) !== position) return [duplicate(here, family)];
    return validateChoice({ family }, '', 'family', ['IPv4', 'IPv6']).map((error) => ({
      ...error,
      field: here,
    }));
  });
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  return [...errors, ...validateOptionalChoice(spec, 'spec', 'ipFamilyPolicy', policies)];
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
