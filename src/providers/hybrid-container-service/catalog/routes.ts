import { ArmError, type ArmRoute, type RouteCall } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { arcVersions } from '../../kubernetes-versions.ts';
import { arcWorkerSizes } from '../../machine-sizes.ts';
import { hybridVersions } from '../api-versions.ts';

const namespace = 'Microsoft.HybridContainerService';

/** What a custom location offers: Kubernetes versions and VM sizes, as extensions of its id. */
export const catalogRoutes: readonly ArmRoute[] = [
  ...catalog('kubernetesVersions', kubernetesVersions),
  ...catalog('skus', skus),
];

function catalog(type: string, values: () => JsonObject[]): ArmRoute[] {
  const path = `{scope}/providers/${namespace}/${type}`;
  const shared = {
    method: 'GET',
    apiVersions: hybridVersions,
    permission: `${namespace}/${type}/read`,
  } as const;
  return [
    {
      ...shared,
      path: `${path}/default`,
      handle: async (call) => ({ status: 200, body: await item(call, type, values()) }),
    },
    {
      ...shared,
      path,
      handle: async (call) => ({ status: 200, body: { value: [await item(call, type, values())] } }),
    },
  ];
}

async function item(call: RouteCall, type: string, values: JsonObject[]): Promise<JsonObject> {
  const scope = call.parameters['scope'] ?? '';
  const location = await call.context.records.get(scope);
  if (location?.type !== 'Microsoft.ExtendedLocation/customLocations') {
    throw new ArmError(404, 'ResourceNotFound', `The custom location '${scope}' was not found.`);
  }
  return {
    id: `${location.id}/providers/${namespace}/${type}/default`,
    name: 'default',
    type: `${namespace}/${type}`,
    extendedLocation: { type: 'CustomLocation', name: location.id },
    properties: { provisioningState: 'Succeeded', values },
  };
}

export function kubernetesVersions(): JsonObject[] {
  const minors = [...new Set(arcVersions.versions.map((version) => version.replace(/\.\d+$/, '')))];
  return minors.map((minor) => {
    const patches = arcVersions.versions.filter((version) => version.startsWith(`${minor}.`));
    return {
      version: minor,
      isPreview: false,
      patchVersions: Object.fromEntries(
        patches.map((patch) => [
          patch,
          { readiness: [{ osType: 'Linux', osSku: 'CBLMariner', ready: true }], upgrades: upgradesOf(patch) },
        ]),
      ),
    };
  });
}

/** Newer patches of the same minor version and of the next one. */
export function upgradesOf(version: string): string[] {
  const [, minor = 0, patch = 0] = version.split('.').map(Number);
  return arcVersions.versions.filter((other) => {
    const [, otherMinor = 0, otherPatch = 0] = other.split('.').map(Number);
    return (otherMinor === minor && otherPatch > patch) || otherMinor === minor + 1;
  });
}

export function skus(): JsonObject[] {
  return Object.entries(arcWorkerSizes).map(([name, size]) => ({
    resourceType: 'virtualMachines',
    name,
    tier: 'Standard',
    size: name.replace(/^Standard_/, ''),
    capabilities: [
      { name: 'vCPUs', value: String(size.cpuCores) },
      { name: 'MemoryGB', value: String(size.memoryMiB / 1024) },
    ],
  }));
}
