import { at, maybeObjectAt, nameOf, textAt } from '../../apimachinery/read.ts';
import { type JsonObject, setMember } from '../../base/index.ts';
import { ensureObject, fill, type TypeDefaults } from './fill.ts';

const rbacGroup = 'rbac.authorization.k8s.io';
const webhookTimeoutSeconds = 10;

const namespace: TypeDefaults = (object) => {
  const name = nameOf(object);
  if (name) ensureObject(ensureObject(object, 'metadata'), 'labels')['kubernetes.io/metadata.name'] = name;
};

/** Text written as `stringData` becomes `data`; it is never read back. */
const secret: TypeDefaults = (object) => {
  fill(object, { type: 'Opaque' });
  const texts = maybeObjectAt(object, 'stringData');
  delete object['stringData'];
  if (!texts) return;
  const data = ensureObject(object, 'data');
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text === 'string') setMember(data, name, Buffer.from(text, 'utf8').toString('base64'));
  }
};

const nodeStatus: TypeDefaults = (object) => {
  const capacity = maybeObjectAt(object, 'capacity');
  if (capacity) fill(object, { allocatable: { ...capacity } });
};

const limitRangeItem: TypeDefaults = (object) => {
  if (object['type'] !== 'Container') return;
  const limits = ensureObject(object, 'default');
  const requests = ensureObject(object, 'defaultRequest');
  copyAbsent(limits, maybeObjectAt(object, 'max'));
  copyAbsent(requests, limits);
  copyAbsent(requests, maybeObjectAt(object, 'min'));
  for (const name of ['default', 'defaultRequest']) {
    if (Object.keys(ensureObject(object, name)).length === 0) delete object[name];
  }
};

function copyAbsent(target: JsonObject, source: JsonObject | undefined): void {
  for (const [name, value] of Object.entries(source ?? {})) target[name] ??= value;
}

const subject: TypeDefaults = (object) => {
  const kind = object['kind'];
  if ((kind === 'User' || kind === 'Group') && !textAt(object, 'apiGroup')) object['apiGroup'] = rbacGroup;
};

const roleRef: TypeDefaults = (object) => {
  if (!textAt(object, 'apiGroup')) object['apiGroup'] = rbacGroup;
};

const webhook: TypeDefaults = (object) => {
  fill(object, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: webhookTimeoutSeconds,
  });
};

const allScopes: TypeDefaults = (object) => fill(object, { scope: '*' });

const deviceCount: TypeDefaults = (object) => {
  fill(object, { allocationMode: 'ExactCount' });
  if (object['allocationMode'] === 'ExactCount') fill(object, { count: 1 });
};

const csiDriver: TypeDefaults = (object) => {
  fill(ensureObject(object, 'spec'), {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  });
};

const volume: TypeDefaults = (object) => {
  fill(ensureObject(object, 'spec'), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  fill(ensureObject(object, 'status'), { phase: 'Pending' });
};

/** Defaults of all that is neither a workload nor about networks. */
export const otherDefaults: Readonly<Record<string, TypeDefaults>> = {
  'core.v1.Namespace': namespace,
  'core.v1.NamespaceStatus': (object) => fill(object, { phase: 'Active' }),
  'core.v1.Secret': secret,
  'core.v1.NodeStatus': nodeStatus,
  'core.v1.LimitRangeItem': limitRangeItem,
  'core.v1.PersistentVolume': volume,
  'core.v1.PersistentVolumeClaim': (object) => fill(ensureObject(object, 'status'), { phase: 'Pending' }),
  'core.v1.PersistentVolumeClaimSpec': (object) => fill(object, { volumeMode: 'Filesystem' }),
  'rbac.v1.Subject': subject,
  'rbac.v1.RoleRef': roleRef,
  'storage.v1.StorageClass': (object) =>
    fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'storage.v1.CSIDriver': csiDriver,
  'scheduling.v1.PriorityClass': (object) => fill(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  'admissionregistration.v1.ValidatingWebhook': webhook,
  'admissionregistration.v1.MutatingWebhook': (object) => {
    webhook(object);
    fill(object, { reinvocationPolicy: 'Never' });
  },
  'admissionregistration.v1.RuleWithOperations': allScopes,
  'admissionregistration.v1.NamedRuleWithOperations': allScopes,
  'admissionregistration.v1.ServiceReference': (object) => fill(object, { port: 443 }),
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': (object) =>
    fill(object, { failurePolicy: 'Fail' }),
  'admissionregistration.v1.MatchResources': matchResources,
  'admissionregistration.v1beta1.NamedRuleWithOperations': allScopes,
  'admissionregistration.v1beta1.MutatingAdmissionPolicySpec': (object) =>
    fill(object, { failurePolicy: 'Fail' }),
  'admissionregistration.v1beta1.MatchResources': matchResources,
  'admissionregistration.v1alpha1.NamedRuleWithOperations': allScopes,
  'admissionregistration.v1alpha1.MutatingAdmissionPolicySpec': (object) =>
    fill(object, { failurePolicy: 'Fail' }),
  'admissionregistration.v1alpha1.MatchResources': matchResources,
  // Of this version alone: the later one has its callers say it.
  'admissionregistration.v1alpha1.ParamRef': (object) => fill(object, { parameterNotFoundAction: 'Deny' }),
  'apiregistration.v1.ServiceReference': (object) => fill(object, { port: 443 }),
  'authentication.v1.TokenRequestSpec': (object) => fill(object, { expirationSeconds: 3600 }),
  'flowcontrol.v1.FlowSchemaSpec': (object) => fillZero(object, { matchingPrecedence: 1000 }),
  'flowcontrol.v1.ExemptPriorityLevelConfiguration': (object) =>
    fill(object, { nominalConcurrencyShares: 0, lendablePercent: 0 }),
  'flowcontrol.v1.LimitedPriorityLevelConfiguration': (object) =>
    fill(object, { nominalConcurrencyShares: 30, lendablePercent: 0 }),
  'flowcontrol.v1.QueuingConfiguration': (object) =>
    fillZero(object, { handSize: 8, queues: 64, queueLengthLimit: 50 }),
  'resource.v1.ExactDeviceRequest': deviceCount,
  'resource.v1.DeviceSubRequest': deviceCount,
};

function matchResources(object: JsonObject): void {
  fill(object, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
}

function fillZero(object: JsonObject, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if ((at(object, name) ?? 0) === 0) object[name] = value;
  }
}
