import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';
import { aksApiVersion } from './noun.ts';

/** `az aks get-versions`. */
export const command = defineCommand({
  words: 'aks get-versions',
  summary: 'Get the versions available for creating a managed Kubernetes cluster.',
  flags: { location: required('--location -l', 'Location.') },
  reads: true,
  table: (value) => (isObject(value) ? releasesOf(value).flatMap(rowsOf).sort(newestFirst) : []),
  async run({ flags, session }) {
    const place = encodeURIComponent(flags.location);
    const body = await session.arm.get(
      `/subscriptions/${session.subscriptionId}/providers/Microsoft.ContainerService/locations/${place}/kubernetesVersions`,
      aksApiVersion,
    );
    return {
      values: releasesOf(body).map((release) => ({ ...release, isPreview: release['isPreview'] ?? null })),
    };
  },
});

function releasesOf({ values }: JsonObject): JsonObject[] {
  return Array.isArray(values) ? values.filter(isObject) : [];
}

interface Row extends Readonly<Record<string, unknown>> {
  readonly KubernetesVersion: string;
}

/** One row for each patch of a release. */
function rowsOf({ patchVersions, capabilities, isPreview }: JsonObject): Row[] {
  const plans = isObject(capabilities) ? texts(capabilities['supportPlan']) : [];
  return Object.entries(isObject(patchVersions) ? patchVersions : {}).map(([version, patch]) => {
    const upgrades = isObject(patch) ? texts(patch['upgrades']) : [];
    return {
      KubernetesVersion: version,
      ...(isPreview === true ? { IsPreview: true } : {}),
      Upgrades: upgrades.length > 0 ? upgrades.join(', ') : 'None available',
      SupportPlan: plans.join(', '),
    };
  });
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function newestFirst(a: Row, b: Row): number {
  return b.KubernetesVersion.localeCompare(a.KubernetesVersion, 'en', { numeric: true });
}
