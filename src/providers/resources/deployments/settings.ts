import type { ResourceCalls } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';

/** What deployments need of the house. */
export interface DeploymentSettings {
  /** Requests of the caller who made the deployment. Asked for when it is needed: it comes after the types. */
  calls(): ResourceCalls;
  /** The document that `environment()` answers. */
  environment(): JsonObject;
}

export const deploymentType = 'Microsoft.Resources/deployments';

export const deploymentLimits = {
  /** Kept at one scope; the oldest that has ended goes for a new one. */
  perScope: 800,
  /** Resources that one deployment writes at the same time. */
  writesAtOnce: 16,
  /** Reads of existing resources for one body. */
  readsPerBody: 200,
  /** Pause between looks at resources that are being made. */
  lookAgainMs: 100,
  /** How long a resource that is busy with something else is asked again. */
  busyMs: 10 * 60_000,
  busyPauseMs: 1_000,
  /**
   * Deployments within the one that what-if is asked about; those beyond are told of as left alone.
   * Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
   */
  nestedInWhatIf: 500,
  /** The longest that a deployment runs. */
  runMs: 4 * 3600_000,
} as const;
