import { cloneJson } from '../../../apimachinery/clone.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';

/** `clusterIP` is the first of `clusterIPs`: what says only the first has no other. */
export function normalizeNew(service: JsonObject): void {
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
export function keepAllocated(spec: JsonObject, before: JsonObject): void {
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

/** Whether balancers ask a node whether it has pods of the service. */
export function needsHealthPort(spec: JsonObject): boolean {
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
    if (value !== undefined) target[member] = cloneJson(value);
  }
}
