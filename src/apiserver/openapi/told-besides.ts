import type { JsonObject } from '../../base/index.ts';

/** What the real server's documents say of types and no rule of this server needs to know. By type, and by type and field. */
export const toldBesides: {
  /** Members of unions, by the member that says which it is. */
  readonly unions: Readonly<Record<string, JsonObject>>;
  /** Required members whose order is not that of their numbers. */
  readonly required: Readonly<Record<string, readonly string[]>>;
  /** Values of a list's items or a map's members. */
  readonly itemEnums: Readonly<Record<string, readonly string[]>>;
  /** Members that are told to be empty when nobody gives them, though they may be absent. */
  readonly empty: ReadonlySet<string>;
  /** Bytes that are told to be a list. */
  readonly atomicBytes: ReadonlySet<string>;
} = {
  unions: {
    'core.v1.AppArmorProfile': union('type', 'localhostProfile'),
    'core.v1.SeccompProfile': union('type', 'localhostProfile'),
    'flowcontrol.v1.LimitResponse': union('type', 'queuing'),
    'flowcontrol.v1.PriorityLevelConfigurationSpec': union('type', 'exempt', 'limited'),
    'flowcontrol.v1.Subject': union('kind', 'group', 'serviceAccount', 'user'),
  },
  required: {
    'discovery.v1.EndpointSlice': ['addressType', 'endpoints'],
    'networking.v1.HTTPIngressPath': ['pathType', 'backend'],
    'meta.v1.APIResource': ['name', 'singularName', 'namespaced', 'kind', 'verbs'],
    'meta.v1.OwnerReference': ['apiVersion', 'kind', 'name', 'uid'],
  },
  itemEnums: {
    'core.v1.PersistentVolumeClaimSpec.accessModes': accessModes(),
    'core.v1.PersistentVolumeClaimStatus.accessModes': accessModes(),
    'core.v1.PersistentVolumeSpec.accessModes': accessModes(),
    'core.v1.PersistentVolumeClaimStatus.allocatedResourceStatuses': [
      'ControllerResizeInProgress',
      'ControllerResizeInfeasible',
      'NodeResizeInProgress',
      'NodeResizeInfeasible',
      'NodeResizePending',
    ],
    'core.v1.ResourceQuotaSpec.scopes': [
      'BestEffort',
      'CrossNamespacePodAffinity',
      'NotBestEffort',
      'NotTerminating',
      'PriorityClass',
      'Terminating',
      'VolumeAttributesClass',
    ],
    'core.v1.ServiceSpec.ipFamilies': ['', 'IPv4', 'IPv6'],
    'admissionregistration.v1.NamedRuleWithOperations.operations': operations(),
    'admissionregistration.v1beta1.NamedRuleWithOperations.operations': operations(),
    'admissionregistration.v1alpha1.NamedRuleWithOperations.operations': operations(),
    'admissionregistration.v1.RuleWithOperations.operations': operations(),
    'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions': [
      'Audit',
      'Deny',
      'Warn',
    ],
    'certificates.v1.CertificateSigningRequestSpec.usages': [
      'any',
      'cert sign',
      'client auth',
      'code signing',
      'content commitment',
      'crl sign',
      'data encipherment',
      'decipher only',
      'digital signature',
      'email protection',
      'encipher only',
      'ipsec end system',
      'ipsec tunnel',
      'ipsec user',
      'key agreement',
      'key encipherment',
      'microsoft sgc',
      'netscape sgc',
      'ocsp signing',
      's/mime',
      'server auth',
      'signing',
      'timestamping',
    ],
    'networking.v1.NetworkPolicySpec.policyTypes': ['Egress', 'Ingress'],
  },
  empty: new Set([
    ...[
      'ConfigMapEnvSource',
      'ConfigMapKeySelector',
      'ConfigMapProjection',
      'ConfigMapVolumeSource',
      'LocalObjectReference',
      'SecretEnvSource',
      'SecretKeySelector',
      'SecretProjection',
    ].map((type) => `core.v1.${type}.name`),
    'core.v1.GRPCAction.service',
    'meta.v1.OwnerReference.apiVersion',
  ]),
  atomicBytes: new Set([
    'apiregistration.v1.APIServiceSpec.caBundle',
    'certificates.v1.CertificateSigningRequestSpec.request',
    'certificates.v1.CertificateSigningRequestStatus.certificate',
  ]),
};

function union(discriminator: string, ...members: readonly string[]): JsonObject {
  const names = members.map((name) => [name, name.charAt(0).toUpperCase() + name.slice(1)] as const);
  return { discriminator, 'fields-to-discriminateBy': Object.fromEntries(names) };
}

function accessModes(): readonly string[] {
  return ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
}

function operations(): readonly string[] {
  return ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
}
