import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { allBuiltinResources } from '../../kinds/index.ts';
import { type FeatureGates, invalid, readFeatureGates } from './feature-gates.ts';
import { readRuntimeConfig } from './runtime-config.ts';

/** Values of the real server's flags `--feature-gates` and `--runtime-config`, as often as each was given. */
export interface FeatureSwitches {
  readonly featureGates?: readonly string[];
  readonly runtimeConfig?: readonly string[];
}

/** What a server does and serves of what can be switched. */
export interface Features {
  readonly isOn: FeatureGates['isOn'];
  /** Of what is built here. */
  serves(resource: Pick<ResourceDefinition, 'group' | 'version' | 'resource'>): boolean;
  /** What whoever set the switches has to know. */
  readonly notices: readonly string[];
}

/** What whoever sets these switches has to know. Throws CodedError `invalid`. */
export function featureNotices(switches: FeatureSwitches): readonly string[] {
  return featuresOf(switches, { priorityAndFairness: true }).notices;
}

/**
 * Reads what is switched. Throws CodedError `invalid`: in the real server's words for what it refuses, in our own for what would
 * leave it waiting for ever.
 */
export function featuresOf(
  { featureGates = [], runtimeConfig = [] }: FeatureSwitches,
  { priorityAndFairness }: { readonly priorityAndFairness: boolean },
): Features {
  const gates = readFeatureGates(featureGates);
  const versions = readRuntimeConfig(runtimeConfig, { priorityAndFairness });
  const built = allBuiltinResources().map(({ definition }) => definition);
  if (gates.isOn('MutatingAdmissionPolicy')) {
    for (const resource of ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings']) {
      if (versions.serves({ group: 'admissionregistration.k8s.io', version: 'v1beta1', resource })) continue;
      throw invalid(
        'the feature gate MutatingAdmissionPolicy needs --runtime-config=admissionregistration.k8s.io/v1beta1=true: it waits for its policies',
      );
    }
  }
  const notBuilt = versions.notBuilt(built);
  return {
    isOn: gates.isOn,
    serves: versions.serves,
    notices: [
      ...gates.warnings,
      ...(gates.withoutEffect.length > 0
        ? [`Feature gates without effect here: ${gates.withoutEffect.join(',')}`]
        : []),
      ...(notBuilt.length > 0 ? [`API versions that are not built here: ${notBuilt.join(',')}`] : []),
    ],
  };
}
