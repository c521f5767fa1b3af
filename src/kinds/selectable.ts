import { at } from '../apimachinery/read.ts';
import type { Json, JsonObject } from '../base/index.ts';

export type FieldSelectors = Readonly<Record<string, (object: JsonObject) => string>>;

/** Field selectors by `group/version/resource`; the names are those of the version's own fields. */
const selectors: Readonly<Record<string, FieldSelectors>> = {
  '/v1/pods': {
    'spec.nodeName': text('spec', 'nodeName'),
    'spec.restartPolicy': text('spec', 'restartPolicy'),
    'spec.schedulerName': text('spec', 'schedulerName'),
    'spec.serviceAccountName': text('spec', 'serviceAccountName'),
    'spec.hostNetwork': flag('spec', 'hostNetwork'),
    'status.phase': text('status', 'phase'),
    'status.podIP': text('status', 'podIP'),
    'status.podIPs': text('status', 'podIP'),
    'status.nominatedNodeName': text('status', 'nominatedNodeName'),
  },
  '/v1/nodes': { 'spec.unschedulable': flag('spec', 'unschedulable') },
  '/v1/namespaces': { 'status.phase': text('status', 'phase'), name: text('metadata', 'name') },
  '/v1/secrets': { type: text('type') },
  '/v1/services': { 'spec.clusterIP': text('spec', 'clusterIP'), 'spec.type': text('spec', 'type') },
  '/v1/replicationcontrollers': { 'status.replicas': count('status', 'replicas') },
  '/v1/events': {
    'involvedObject.kind': text('involvedObject', 'kind'),
    'involvedObject.namespace': text('involvedObject', 'namespace'),
    'involvedObject.name': text('involvedObject', 'name'),
    'involvedObject.uid': text('involvedObject', 'uid'),
    'involvedObject.apiVersion': text('involvedObject', 'apiVersion'),
    'involvedObject.resourceVersion': text('involvedObject', 'resourceVersion'),
    'involvedObject.fieldPath': text('involvedObject', 'fieldPath'),
    reason: text('reason'),
    reportingComponent: text('reportingComponent'),
    source: (event) => text('source', 'component')(event) || text('reportingComponent')(event),
    type: text('type'),
  },
  'events.k8s.io/v1/events': {
    'regarding.kind': text('regarding', 'kind'),
    'regarding.namespace': text('regarding', 'namespace'),
    'regarding.name': text('regarding', 'name'),
    'regarding.uid': text('regarding', 'uid'),
    'regarding.apiVersion': text('regarding', 'apiVersion'),
    'regarding.resourceVersion': text('regarding', 'resourceVersion'),
    'regarding.fieldPath': text('regarding', 'fieldPath'),
    reason: text('reason'),
    reportingController: text('reportingController'),
    type: text('type'),
  },
  'batch/v1/jobs': { 'status.successful': count('status', 'succeeded') },
  'certificates.k8s.io/v1/certificatesigningrequests': { 'spec.signerName': text('spec', 'signerName') },
  'resource.k8s.io/v1/resourceslices': {
    'spec.nodeName': text('spec', 'nodeName'),
    'spec.driver': text('spec', 'driver'),
  },
};

/** Field selectors of a resource besides metadata.name and metadata.namespace. */
export function fieldSelectorsFor(group: string, version: string, resource: string): FieldSelectors {
  return selectors[`${group}/${version}/${resource}`] ?? {};
}

function text(...path: readonly string[]): (object: JsonObject) => string {
  return (object) => asText(at(object, ...path), '');
}

function flag(...path: readonly string[]): (object: JsonObject) => string {
  return (object) => asText(at(object, ...path), 'false');
}

function count(...path: readonly string[]): (object: JsonObject) => string {
  return (object) => asText(at(object, ...path), '0');
}

function asText(value: Json | undefined, absent: string): string {
  return value === undefined || value === null ? absent : String(value);
}
