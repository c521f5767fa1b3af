import { type ActionCall, ArmError, type ResourceAction, type ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { firstPartyKubernetes } from '../../first-party.ts';
import { base64, type KubeconfigUser, kubeconfigYaml } from '../../kubeconfig.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { powerOf } from './power-state.ts';
import { clusterIdOf, fleetIdOf } from './record.ts';

export function credentialActions(settings: ContainerServiceSettings): Record<string, ResourceAction> {
  return {
    listClusterUserCredential: { run: (call) => userCredential(call, settings) },
    listClusterMonitoringUserCredential: { run: (call) => userCredential(call, settings) },
    listClusterAdminCredential: { run: (call) => adminCredential(call.record, settings) },
  };
}

export async function userCredential(
  { record, query }: Pick<ActionCall, 'record'> & Partial<Pick<ActionCall, 'query'>>,
  settings: ContainerServiceSettings,
): Promise<JsonObject> {
  const properties = new Fields(record.properties);
  const entra = properties.has('aadProfile') || fleetIdOf(record) !== undefined;
  const user: KubeconfigUser = entra
    ? entraUser(query?.get('format') || 'exec', settings)
    : await runningCluster(record, settings).adminCredential();
  return kubeconfigs('clusterUser', kubeconfig(record, settings, { role: 'clusterUser', user }));
}

/** `azure` is what kubectl before 1.26 has built in, `exec` a program beside it. */
function entraUser(format: string, settings: ContainerServiceSettings): KubeconfigUser {
  const plugin = tokenPlugin(settings);
  if (format.toLowerCase() === 'exec') return { plugin };
  if (format.toLowerCase() === 'azure') return { authProvider: plugin };
  throw new ArmError(
    400,
    'InvalidParameter',
    `The value of parameter format is invalid: expected 'azure' or 'exec'.`,
    { target: 'format' },
  );
}

export async function adminCredential(
  record: ResourceRecord,
  settings: ContainerServiceSettings,
): Promise<JsonObject> {
  if (new Fields(record.properties).boolean('disableLocalAccounts')) {
    throw new ArmError(
      400,
      'BadRequest',
      'Getting static credential is not allowed because this cluster is set to disable local accounts.',
    );
  }
  const user = await runningCluster(record, settings).adminCredential();
  return kubeconfigs('clusterAdmin', kubeconfig(record, settings, { role: 'clusterAdmin', user }));
}

/** The answer of every `list...Credential` action. */
export function kubeconfigs(name: string, yaml: string): JsonObject {
  return { kubeconfigs: [{ name, value: base64(yaml) }] };
}

export function tokenPlugin(settings: ContainerServiceSettings) {
  return {
    ...settings.tokenCommand,
    serverId: firstPartyKubernetes.server,
    clientId: firstPartyKubernetes.client,
    tenantId: settings.tenantId,
  };
}

function kubeconfig(
  record: ResourceRecord,
  settings: ContainerServiceSettings,
  access: { readonly role: string; readonly user: KubeconfigUser },
): string {
  const properties = new Fields(record.properties);
  const group = /\/resourceGroups\/([^/]+)/i.exec(record.id)?.[1] ?? '';
  const fqdn = properties.string('fqdn') ?? '';
  const isPrivate = properties.object('apiServerAccessProfile').boolean('enablePrivateCluster') === true;
  const cluster = runningCluster(record, settings);
  return kubeconfigYaml({
    context: record.name,
    userName: `${access.role}_${group}_${record.name}`,
    ...(isPrivate
      ? { server: `https://${properties.string('privateFQDN') ?? fqdn}:443` }
      : settings.publicAddress(cluster.spec.clusterId)),
    certificateAuthority: cluster.certificateAuthority,
    user: access.user,
  });
}

export function runningCluster(record: ResourceRecord, settings: ContainerServiceSettings) {
  const clusterId = clusterIdOf(record);
  const cluster = clusterId ? settings.clusters.get(clusterId) : undefined;
  if (cluster) return cluster;
  if (powerOf(record) === 'Stopped') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The cluster '${record.name}' is stopped: it has no API server until it is started.`,
    );
  }
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `The cluster '${record.name}' has no API server yet: its provisioning state is ${record.provisioningState}. Wait until it is Succeeded and try again.`,
  );
}
