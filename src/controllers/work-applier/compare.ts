import { ClusterError, type KubeObject } from '../../apimachinery/client.ts';
import { refOf } from '../../apimachinery/kinds.ts';
import { errorMessage } from '../../base/index.ts';
import type { Difference } from '../kinds/placement.ts';
import { differencesOf } from './differences.ts';
import { fieldManager, type Step } from './step.ts';

export interface Comparison {
  readonly differences: Difference[];
  /** The member refuses the manifest: all of it was compared, not only what applying would change. */
  readonly isDegraded: boolean;
}

/**
 * Partial: what applying would change, as the member itself says in a dry run. Full: everything that is not as in the
 * manifest. Throws when the member answers neither with an object nor that the manifest is invalid.
 */
export async function compareWithMember(live: KubeObject, step: Step): Promise<Comparison> {
  const { wanted, strategy, kind, context } = step;
  if (strategy.comparisonOption === 'FullComparison') {
    return { differences: differencesOf(wanted, live), isDegraded: false };
  }
  const options = { fieldManager, force: true, dryRun: true };
  const patch = { type: 'apply', body: wanted } as const;
  try {
    const result = await context.member.cluster.patch(kind, refOf(wanted), patch, options);
    return { differences: differencesOf(result, live), isDegraded: false };
  } catch (thrown) {
    if (thrown instanceof ClusterError && thrown.reason === 'Invalid') {
      return { differences: differencesOf(wanted, live), isDegraded: true };
    }
    throw new Error(
      `failed to apply the manifest in dry-run mode: failed to apply the manifest object: an error is returned by the API server: ${errorMessage(thrown)}`,
    );
  }
}
