import { isObject, type JsonObject } from '../../../../base/index.ts';
import type { TableTransformer } from '../../declaration.ts';
import { rows } from '../../shape/rows.ts';

/** One row for the upgrade profile of a cluster. */
export const upgradeTable: TableTransformer = rows((one) => {
  const plane = isObject(one['controlPlaneProfile']) ? one['controlPlaneProfile'] : {};
  const upgrades = upgradesOf(plane).map((upgrade) => upgrade['kubernetesVersion']);
  return {
    Name: one['name'],
    ResourceGroup: one['resourceGroup'],
    MasterVersion: plane['kubernetesVersion'] ?? 'unknown',
    Upgrades: upgrades.length > 0 ? upgrades.join(', ') : 'None available',
  };
});

export function upgradesOf({ upgrades }: JsonObject): JsonObject[] {
  return Array.isArray(upgrades) ? upgrades.filter(isObject) : [];
}
