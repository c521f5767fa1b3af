import { conditionOf, conditionsIn, findCondition } from '../../apimachinery/conditions.ts';
import { since } from '../../apimachinery/duration.ts';
import {
  flagAt,
  listAt,
  maybeObjectAt,
  nameOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
} from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, none } from './texts.ts';

export const configMapCells: Cells = (object) => [
  nameOf(object),
  Object.keys(objectAt(object, 'data')).length + Object.keys(objectAt(object, 'binaryData')).length,
  ageOf(object),
];

export const secretCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'type'),
  Object.keys(objectAt(object, 'data')).length,
  ageOf(object),
];

export const namespaceCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'status', 'phase'),
  ageOf(object),
];

export const serviceAccountCells: Cells = (object) => [
  nameOf(object),
  listAt(object, 'secrets').length,
  ageOf(object),
];

export const nodeCells: Cells = (object) => [
  nameOf(object),
  nodeStatus(object),
  nodeRoles(object),
  ageOf(object),
  textAt(object, 'status', 'nodeInfo', 'kubeletVersion'),
  nodeAddress(object, 'InternalIP'),
  nodeAddress(object, 'ExternalIP'),
  textAt(object, 'status', 'nodeInfo', 'osImage') || '<unknown>',
  textAt(object, 'status', 'nodeInfo', 'kernelVersion') || '<unknown>',
  textAt(object, 'status', 'nodeInfo', 'containerRuntimeVersion') || '<unknown>',
];

function nodeStatus(node: JsonObject): string {
  const ready = conditionOf(node, 'Ready');
  const status = !ready ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return flagAt(node, 'spec', 'unschedulable') ? `${status},SchedulingDisabled` : status;
}

const rolePrefix = 'node-role.kubernetes.io/';

function nodeRoles(node: JsonObject): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(objectAt(node, 'metadata', 'labels'))) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length)
      roles.add(label.slice(rolePrefix.length));
    else if (label === 'kubernetes.io/role' && typeof value === 'string' && value) roles.add(value);
  }
  return roles.size === 0 ? none : [...roles].sort().join(',');
}

function nodeAddress(node: JsonObject, type: string): string {
  const found = objectsAt(node, 'status', 'addresses').find((address) => address['type'] === type);
  return found ? textAt(found, 'address') : none;
}

/** Core events; those of `events.k8s.io` are converted to this form before. */
export const eventCells: Cells = (event) => {
  const series = maybeObjectAt(event, 'series');
  const first = since(textAt(event, 'firstTimestamp') || textAt(event, 'eventTime'));
  const lastTimestamp = textAt(event, 'lastTimestamp');
  const last = lastTimestamp ? since(lastTimestamp) : first;
  const kind = textAt(event, 'involvedObject', 'kind').toLowerCase();
  const name = textAt(event, 'involvedObject', 'name');
  return [
    series ? since(textAt(series, 'lastObservedTime')) : last,
    textAt(event, 'type'),
    textAt(event, 'reason'),
    name ? `${kind}/${name}` : kind,
    textAt(event, 'involvedObject', 'fieldPath'),
    eventSource(event),
    textAt(event, 'message').trim(),
    first,
    series ? numberAt(series, 'count') : numberAt(event, 'count') || 1,
    nameOf(event),
  ];
};

function eventSource(event: JsonObject): string {
  const component = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent');
  const host = textAt(event, 'source', 'host') || textAt(event, 'reportingInstance');
  return host ? `${component}, ${host}` : component;
}

export const resourceQuotaCells: Cells = (object) => {
  const hard = objectAt(object, 'status', 'hard');
  const used = objectAt(object, 'status', 'used');
  const lines = (ofLimits: boolean) =>
    Object.keys(hard)
      .sort()
      .filter((name) => name.startsWith('limits.') === ofLimits)
      .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
      .join(', ');
  return [nameOf(object), lines(false), lines(true), ageOf(object)];
};

export const componentStatusCells: Cells = (object) => {
  const healthy = findCondition(conditionsIn(object), 'Healthy');
  const status = !healthy ? 'Unknown' : healthy['status'] === 'True' ? 'Healthy' : 'Unhealthy';
  return [nameOf(object), status, textAt(healthy, 'message'), textAt(healthy, 'error')];
};
