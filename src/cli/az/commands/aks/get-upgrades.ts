import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { pathOf } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';
import { upgradesOf, upgradeTable } from './upgrade-table.ts';

/** `az aks get-upgrades`. */
export const command = defineCommand({
  words: 'aks get-upgrades',
  summary: 'Get the upgrade versions available for a managed Kubernetes cluster.',
  flags: cluster.names,
  reads: true,
  table: upgradeTable,
  async run(call) {
    const path = `${pathOf(cluster, call)}/upgradeProfiles/default`;
    const { properties, id, name, type } = await call.session.arm.get(path, cluster.apiVersion);
    const { controlPlaneProfile, agentPoolProfiles } = isObject(properties) ? properties : {};
    const pools = Array.isArray(agentPoolProfiles) ? agentPoolProfiles.filter(isObject) : [];
    return {
      agentPoolProfiles: pools.map(profile),
      controlPlaneProfile: profile(isObject(controlPlaneProfile) ? controlPlaneProfile : {}),
      ...{ id, name, resourceGroup: call.flags['resourceGroup'], systemData: null, type },
    };
  },
});

function profile(body: JsonObject): Json {
  const upgrades = upgradesOf(body).map((upgrade) => ({ isPreview: null, ...upgrade }));
  return { name: null, ...body, upgrades };
}
