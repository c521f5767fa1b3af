import type { FieldSelectors } from './built-in-kind.ts';
import { countField, flagField, textField } from './shared/field-selectors.ts';

/** Field selectors by `group/version/resource`; the names are those of the version's own fields. */
const selectors: Readonly<Record<string, FieldSelectors>> = {
  '/v1/pods': {
    'spec.nodeName': textField('spec', 'nodeName'),
    'spec.restartPolicy': textField('spec', 'restartPolicy'),
    'spec.schedulerName': textField('spec', 'schedulerName'),
    'spec.serviceAccountName': textField('spec', 'serviceAccountName'),
    'spec.hostNetwork': flagField('spec', 'hostNetwork'),
    'status.phase': textField('status', 'phase'),
    'status.podIP': textField('status', 'podIP'),
    'status.podIPs': textField('status', 'podIP'),
    'status.nominatedNodeName': textField('status', 'nominatedNodeName'),
  },
  '/v1/nodes': { 'spec.unschedulable': flagField('spec', 'unschedulable') },
  '/v1/namespaces': { 'status.phase': textField('status', 'phase'), name: textField('metadata', 'name') },
  '/v1/secrets': { type: textField('type') },
  '/v1/services': {
    'spec.clusterIP': textField('spec', 'clusterIP'),
    'spec.type': textField('spec', 'type'),
  },
  '/v1/replicationcontrollers': { 'status.replicas': countField('status', 'replicas') },
  '/v1/events': {
    'involvedObject.kind': textField('involvedObject', 'kind'),
    'involvedObject.namespace': textField('involvedObject', 'namespace'),
    'involvedObject.name': textField('involvedObject', 'name'),
    'involvedObject.uid': textField('involvedObject', 'uid'),
    'involvedObject.apiVersion': textField('involvedObject', 'apiVersion'),
    'involvedObject.resourceVersion': textField('involvedObject', 'resourceVersion'),
    'involvedObject.fieldPath': textField('involvedObject', 'fieldPath'),
    reason: textField('reason'),
    reportingComponent: textField('reportingComponent'),
    source: (event) => textField('source', 'component')(event) || textField('reportingComponent')(event),
    type: textField('type'),
  },
  'events.k8s.io/v1/events': {
    'regarding.kind': textField('regarding', 'kind'),
    'regarding.namespace': textField('regarding', 'namespace'),
    'regarding.name': textField('regarding', 'name'),
    'regarding.uid': textField('regarding', 'uid'),
    'regarding.apiVersion': textField('regarding', 'apiVersion'),
    'regarding.resourceVersion': textField('regarding', 'resourceVersion'),
    'regarding.fieldPath': textField('regarding', 'fieldPath'),
    reason: textField('reason'),
    reportingController: textField('reportingController'),
    type: textField('type'),
  },
};

/** Field selectors of a resource besides metadata.name and metadata.namespace. */
export function fieldSelectorsFor(group: string, version: string, resource: string): FieldSelectors {
  return selectors[`${group}/${version}/${resource}`] ?? {};
}
