import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { pathOf } from '../../declare/verbs.ts';
import { upgradesOf, upgradeTable } from '../aks/upgrade-table.ts';
import { arcCluster, propertiesOf } from './noun.ts';

/** `az aksarc get-upgrades`. */
export const command = defineCommand({
  words: 'aksarc get-upgrades',
  summary: 'Get the versions that an AKS Arc cluster can be upgraded to.',
  flags: arcCluster.names,
  reads: true,
  table: upgradeTable,
  async run(call) {
    const path = `${pathOf(arcCluster, call)}/upgradeProfiles/default`;
    const body = await call.session.arm.get(path, arcCluster.apiVersion);
    const { controlPlaneProfile, agentPoolProfiles, provisioningState = null } = propertiesOf(body);
    const pools = Array.isArray(agentPoolProfiles) ? agentPoolProfiles.filter(isObject) : [];
    return {
      agentPoolProfiles: pools.map(profile),
      controlPlaneProfile: profile(isObject(controlPlaneProfile) ? controlPlaneProfile : {}),
      id: body['id'] ?? null,
      name: body['name'] ?? null,
      provisioningState,
      resourceGroup: String(call.flags['resourceGroup']),
      type: body['type'] ?? null,
    };
  },
});

function profile(body: JsonObject): Json {
  return { name: null, ...body, upgrades: upgradesOf(body) };
}
