import { isObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { agentPool } from '../noun.ts';

/** `az aks nodepool get-upgrades`. */
export const command = defineCommand({
  words: 'aks nodepool get-upgrades',
  summary: 'Get the available upgrade versions for a node pool.',
  flags: agentPool.names,
  reads: true,
  async run(call) {
    const path = `${pathOf(agentPool, call)}/upgradeProfiles/default`;
    const { properties, id, name, type } = await call.session.arm.get(path, agentPool.apiVersion);
    const { kubernetesVersion, latestNodeImageVersion, osType, upgrades } = isObject(properties)
      ? properties
      : {};
    const found = Array.isArray(upgrades) ? upgrades.filter(isObject) : undefined;
    return {
      id: id ?? null,
      kubernetesVersion: kubernetesVersion ?? null,
      latestNodeImageVersion: latestNodeImageVersion ?? null,
      name: name ?? null,
      osType: osType ?? null,
      recentlyUsedVersions: null,
      resourceGroup: call.flags.resourceGroup,
      systemData: null,
      type: type ?? null,
      upgrades: found?.map((upgrade) => ({ isPreview: null, ...upgrade })) ?? null,
    };
  },
});
