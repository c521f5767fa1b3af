import type { Variable } from '../checker.ts';
import {
  boolType,
  type CelType,
  dynType,
  intType,
  listType,
  mapType,
  opaqueType,
  stringType,
  timestampType,
} from '../types.ts';

export const requestResource = 'authorizer.requestResource';

/** What expressions of admission may speak of. */
export type AdmissionVariable =
  | 'object'
  | 'oldObject'
  | 'namespaceObject'
  | 'request'
  | 'params'
  | 'authorizer'
  | typeof requestResource
  | 'variables';

function objectOf(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  const fieldType = (field: string) => (Object.hasOwn(fields, field) ? fields[field] : undefined);
  return { kind: 'object', of: { name: `kubernetes.${name}`, fieldType } };
}

const texts = listType(stringType);
const groupVersionKind = objectOf('GroupVersionKind', {
  group: stringType,
  version: stringType,
  kind: stringType,
});
const groupVersionResource = objectOf('GroupVersionResource', {
  group: stringType,
  version: stringType,
  resource: stringType,
});
const userInfo = objectOf('UserInfo', {
  username: stringType,
  uid: stringType,
  groups: texts,
  extra: mapType(stringType, texts),
});

/** The request as a webhook is told of it, without its objects. */
const requestType = objectOf('AdmissionRequest', {
  kind: groupVersionKind,
  resource: groupVersionResource,
  subResource: stringType,
  requestKind: groupVersionKind,
  requestResource: groupVersionResource,
  requestSubResource: stringType,
  name: stringType,
  namespace: stringType,
  operation: stringType,
  userInfo,
  dryRun: boolType,
  options: dynType,
});

const condition = objectOf('NamespaceCondition', {
  status: stringType,
  type: stringType,
  lastTransitionTime: timestampType,
  message: stringType,
  reason: stringType,
});

/** A namespace, as far as expressions see it. */
const namespaceType = objectOf('Namespace', {
  metadata: objectOf('NamespaceMetadata', {
    name: stringType,
    generateName: stringType,
    namespace: stringType,
    labels: mapType(stringType, stringType),
    annotations: mapType(stringType, stringType),
    UID: stringType,
    creationTimestamp: timestampType,
    deletionGracePeriodSeconds: intType,
    deletionTimestamp: timestampType,
    generation: intType,
    resourceVersion: stringType,
    finalizers: texts,
  }),
  spec: objectOf('NamespaceSpec', { finalizers: texts }),
  status: objectOf('NamespaceStatus', { conditions: listType(condition), phase: stringType }),
});

const types: Readonly<Record<AdmissionVariable, CelType>> = {
  object: dynType,
  oldObject: dynType,
  namespaceObject: namespaceType,
  request: requestType,
  params: dynType,
  authorizer: opaqueType('kubernetes.authorization.Authorizer'),
  [requestResource]: opaqueType('kubernetes.authorization.ResourceCheck'),
  variables: dynType,
};

export function typesOf(
  variables: readonly AdmissionVariable[],
  own: Partial<Record<AdmissionVariable, CelType>> = {},
): Variable[] {
  return variables.map((name) => ({ name, type: own[name] ?? types[name] }));
}

/** Those of all expressions about a write. Webhooks' conditions have a namespace that is empty, as in the real server. */
export const writeVariables: readonly AdmissionVariable[] = [
  'object',
  'oldObject',
  'namespaceObject',
  'request',
  'authorizer',
  requestResource,
];
