import { CodedError } from '../../base/index.ts';

/**
 * The admission plug-ins of the real server in its order, and whether they are on when nobody says otherwise. Mutating and validating
 * steps each run in this order. Source: `pkg/kubeapiserver/options/plugins.go`, v1.34
 */
const plugIns: ReadonlyMap<string, 'on' | 'off'> = new Map([
  ['AlwaysAdmit', 'off'],
  ['NamespaceAutoProvision', 'off'],
  ['NamespaceLifecycle', 'on'],
  ['NamespaceExists', 'off'],
  ['LimitPodHardAntiAffinityTopology', 'off'],
  ['LimitRanger', 'on'],
  ['ServiceAccount', 'on'],
  ['NodeRestriction', 'off'],
  ['TaintNodesByCondition', 'on'],
  ['AlwaysPullImages', 'off'],
  ['ImagePolicyWebhook', 'off'],
  ['PodSecurity', 'on'],
  ['PodNodeSelector', 'off'],
  ['Priority', 'on'],
  ['DefaultTolerationSeconds', 'on'],
  ['PodTolerationRestriction', 'off'],
  ['EventRateLimit', 'off'],
  ['ExtendedResourceToleration', 'off'],
  ['DefaultStorageClass', 'on'],
  ['StorageObjectInUseProtection', 'on'],
  ['OwnerReferencesPermissionEnforcement', 'off'],
  ['PersistentVolumeClaimResize', 'on'],
  ['RuntimeClass', 'on'],
  ['CertificateApproval', 'on'],
  ['CertificateSigning', 'on'],
  ['ClusterTrustBundleAttest', 'on'],
  ['CertificateSubjectRestriction', 'on'],
  ['DefaultIngressClass', 'on'],
  ['DenyServiceExternalIPs', 'off'],
  ['PodTopologyLabels', 'on'],
  ['MutatingAdmissionPolicy', 'on'],
  ['MutatingAdmissionWebhook', 'on'],
  ['ValidatingAdmissionPolicy', 'on'],
  ['ValidatingAdmissionWebhook', 'on'],
  ['ResourceQuota', 'on'],
  ['AlwaysDeny', 'off'],
]);

/** On in the real server without effect: each is behind a feature gate that is closed in v1.34. */
const gated: readonly string[] = ['ClusterTrustBundleAttest', 'PodTopologyLabels'];

/** How plug-ins are switched by whoever makes the server. */
export interface PlugInSwitches {
  /** On besides those that are. */
  readonly enable?: readonly string[];
  /** Off, unless they are in `enable` too, which is refused. */
  readonly disable?: readonly string[];
}

/** Which plug-ins are on, and which of them this server has not. */
export interface ActivePlugIns {
  /** In the order in which they are asked. */
  readonly names: readonly string[];
  /** On in the real server, and not built here: what they would do is not done. */
  readonly notBuilt: readonly string[];
}

/** What is on of `built`, in the real server's order. Throws CodedError `invalid` in the words of the real server's flags. */
export function activePlugIns(
  built: ReadonlySet<string>,
  { enable = [], disable = [] }: PlugInSwitches,
): ActivePlugIns {
  checkKnown('enable', enable);
  checkKnown('disable', disable);
  const both = enable.filter((name) => disable.includes(name));
  if (both.length > 0) {
    const names = [...new Set(both)].sort().join(' ');
    const flags = 'enable-admission-plugins and disable-admission-plugins overlapped';
    throw new CodedError('invalid', `[${names}] in ${flags}`);
  }
  const absent = enable.find((name) => !built.has(name) && !gated.includes(name));
  if (absent !== undefined) {
    const which = `enable-admission-plugins plugin ${JSON.stringify(absent)}`;
    throw new CodedError(
      'invalid',
      `${which} is not built in Drydock yet: nothing of what it does would be done`,
    );
  }
  const names = [...plugIns]
    .filter(([name, usual]) => enable.includes(name) || (usual === 'on' && !disable.includes(name)))
    .map(([name]) => name);
  return {
    names: names.filter((name) => built.has(name) || gated.includes(name)),
    notBuilt: names.filter((name) => !built.has(name) && !gated.includes(name)),
  };
}

function checkKnown(flag: 'enable' | 'disable', names: readonly string[]): void {
  const unknown = names.find((name) => !plugIns.has(name));
  if (unknown === undefined) return;
  throw new CodedError('invalid', `${flag}-admission-plugins plugin ${JSON.stringify(unknown)} is unknown`);
}

/** True for what can be switched: other steps are part of what every server does. */
export function isPlugIn(name: string): boolean {
  return plugIns.has(name);
}
