import { CodedError } from '../../base/index.ts';
import type { FeatureSwitches } from '../../server/bare.ts';
import { UsageError } from './declaration.ts';

/** Options of what starts API servers, as the real server's flags of these names. */
export const featureOptions = {
  'feature-gates': {
    type: 'string',
    value: 'GATES',
    summary: "Kubernetes' features that are on or off: NAME=true|false, with commas between",
  },
  'runtime-config': {
    type: 'string',
    value: 'VERSIONS',
    summary:
      'API versions that are served or not: GROUP/VERSION=true|false, api/beta=true; with commas between',
  },
} as const;

/** What both options say, each in one text; absent: as usual. */
export function featureSwitches(gates: unknown, versions: unknown): FeatureSwitches {
  return {
    ...(typeof gates === 'string' && { featureGates: [gates] }),
    ...(typeof versions === 'string' && { runtimeConfig: [versions] }),
  };
}

/** What somebody reads of switches that are set, or why they cannot be. Throws UsageError. */
export async function checkedNotices(switches: FeatureSwitches): Promise<readonly string[]> {
  if (!switches.featureGates && !switches.runtimeConfig) return [];
  const { featureNotices } = await import('../../server/bare.ts');
  try {
    return featureNotices(switches);
  } catch (thrown) {
    if (thrown instanceof CodedError && thrown.code === 'invalid') throw new UsageError(`${thrown.message}.`);
    throw thrown;
  }
}
