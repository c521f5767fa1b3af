import { createHash } from 'node:crypto';
import {
  type ActionCall,
  ArmError,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type TypeContext,
} from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { firstPartyKubernetes } from '../../first-party.ts';
import { base64, kubeconfigYaml } from '../../kubeconfig.ts';
import { namespaceScopes } from '../../namespace-scopes.ts';
import { connectedClusterVersions } from '../api-versions.ts';
import type { ArcSettings } from '../settings.ts';
import { arcClusterIdOf, instanceIdOf } from './record.ts';
import { conformConnectedCluster } from './shape.ts';

const proxyPort = 47_011;

/** Arc connected clusters: the ARM face of a cluster that runs elsewhere. */
export function connectedClusters(settings: ArcSettings): ResourceType {
  return {
    namespace: 'Microsoft.Kubernetes',
    type: 'connectedClusters',
    apiVersions: connectedClusterVersions,
    scope: 'tracked',
    name: {
      pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
      rule: '1 to 63 letters, digits, hyphens and underscores, with a letter or digit at both ends',
    },
    lifecycle: 'converged',
    createState: 'Provisioning',
    envelope: ['identity', 'kind'],
    conform: conformConnectedCluster,
    roleScopes: { namespaces: namespaceScopes.namespaces },
    prepare,
    present,
    beforeDelete: refuseWhileProvisioned,
    actions: {
      listClusterUserCredential: { run: (call) => listUserCredential(call, settings) },
    },
  };
}

const kinds = ['ProvisionedCluster', 'AWS', 'GCP'] as const;

function prepare(write: ResourceWrite): ResourceDraft {
  const envelope = new Fields(write.body);
  const body = new Fields(write.body['properties'], 'properties');
  const stored = new Fields(write.stored?.properties);
  const kind = envelope.choice('kind', kinds) ?? write.stored?.kind;
  if (write.stored && kind !== write.stored.kind) {
    throw new ArmError(400, 'PropertyChangeNotAllowed', "Changing property 'kind' is not allowed.", {
      target: 'kind',
    });
  }
  const identity = envelope.object('identity');
  if (!write.stored && identity.choice('type', ['None', 'SystemAssigned']) === undefined) {
    throw identity.wrong('type', "the identity is required: 'SystemAssigned' or 'None'");
  }
  if (!body.has('agentPublicKeyCertificate') && !write.stored) {
    throw body.wrong(
      'agentPublicKeyCertificate',
      'the member is required; for kind ProvisionedCluster it is the empty string',
    );
  }
  return {
    ...(kind === undefined ? {} : { kind }),
    identity: write.body['identity'] ?? write.stored?.identity ?? { type: 'SystemAssigned' },
    properties: { ...observed(stored), ...settable(body, stored) },
    ...atOnce(write),
  };
}

/** A PATCH is answered with 200, which is all that clients take, unless an identity has to be made or taken away. */
function atOnce({ verb, stored, body }: ResourceWrite): Pick<ResourceDraft, 'provisioningState'> {
  if (verb !== 'patch' || !stored) return {};
  const typeOf = (identity: Json | undefined) => new Fields(identity).string('type')?.toLowerCase();
  const isSame = typeOf(body['identity']) === typeOf(stored.identity);
  return isSame ? { provisioningState: stored.provisioningState } : {};
}

function settable(body: Fields, stored: Fields): JsonObject {
  const aad = body.has('aadProfile') ? body.object('aadProfile') : stored.object('aadProfile');
  const carried = [
    'arcAgentProfile',
    'securityProfile',
    'oidcIssuerProfile',
    'gateway',
    'privateLinkScopeResourceId',
    'arcAgentryConfigurations',
  ];
  return {
    ...Object.fromEntries(carried.filter((name) => body.has(name)).map((name) => [name, body.value[name]])),
    agentPublicKeyCertificate:
      body.string('agentPublicKeyCertificate') ?? stored.string('agentPublicKeyCertificate') ?? '',
    azureHybridBenefit:
      body.choice('azureHybridBenefit', ['True', 'False', 'NotApplicable']) ??
      stored.string('azureHybridBenefit') ??
      'NotApplicable',
    ...optional('distribution', body.string('distribution') ?? stored.string('distribution')),
    ...optional(
      'distributionVersion',
      body.string('distributionVersion') ?? stored.string('distributionVersion'),
    ),
    infrastructure: body.string('infrastructure') ?? stored.string('infrastructure') ?? 'azure_stack_hci',
    privateLinkState: body.choice('privateLinkState', ['Enabled', 'Disabled']) ?? 'Disabled',
    aadProfile: {
      ...optional('tenantID', aad.string('tenantID')),
      enableAzureRBAC: aad.boolean('enableAzureRBAC') ?? false,
      adminGroupObjectIDs: groupIds(aad),
    },
  };
}

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function groupIds(aad: Fields): string[] {
  const ids = aad.strings('adminGroupObjectIDs');
  const bad = ids.find((id) => !guid.test(id));
  if (bad !== undefined)
    throw aad.wrong('adminGroupObjectIDs', `'${bad}' is not the object id (a GUID) of a group`);
  return ids;
}

/** Protected settings are taken and never shown. */
function present({ properties }: ResourceRecord): JsonObject {
  const configurations = properties['arcAgentryConfigurations'];
  if (!Array.isArray(configurations)) return properties;
  const shown = configurations.filter(isObject).map(({ protectedSettings: _secret, ...open }) => open);
  return { ...properties, arcAgentryConfigurations: shown };
}

/** What the agent reports; a caller's PUT does not touch it. */
function observed(stored: Fields): JsonObject {
  const names = [
    'kubernetesVersion',
    'totalNodeCount',
    'totalCoreCount',
    'agentVersion',
    'offering',
    'lastConnectivityTime',
  ];
  return {
    ...Object.fromEntries(names.filter((name) => stored.has(name)).map((name) => [name, stored.value[name]])),
    connectivityStatus: stored.string('connectivityStatus') ?? 'Connecting',
  };
}

function optional(name: string, value: string | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

async function refuseWhileProvisioned(record: ResourceRecord, context: TypeContext): Promise<void> {
  if (!(await context.records.get(instanceIdOf(record.id)))) return;
  throw new ArmError(
    409,
    'Conflict',
    `The connected cluster '${record.name}' still has a provisioned cluster instance. Delete '${instanceIdOf(record.id)}' first.`,
  );
}

async function listUserCredential(call: ActionCall, settings: ArcSettings): Promise<JsonObject> {
  const body = new Fields(call.body);
  const method = body.choice('authenticationMethod', ['AAD', 'Token']);
  if (!method) throw body.wrong('authenticationMethod', "the member is required: 'AAD' or 'Token'");
  const clientProxy = body.boolean('clientProxy');
  if (clientProxy === undefined) throw body.wrong('clientProxy', 'the member is required: true or false');
  const instance = await call.context.records.get(instanceIdOf(call.record.id));
  const clusterId = instance && arcClusterIdOf(instance);
  const cluster = clusterId ? settings.clusters.get(clusterId) : undefined;
  if (!clusterId || !cluster) {
    throw new ArmError(
      409,
      'ClusterNotConnected',
      `The connected cluster '${call.record.name}' is not connected: its connectivity status is ${new Fields(call.record.properties).string('connectivityStatus')}. Wait until it is Connected and try again.`,
    );
  }
  const hash = createHash('sha256').update(call.record.id.toLowerCase()).digest('hex');
  const yaml = kubeconfigYaml({
    context: call.record.name,
    userName: `clusterUser_${groupOf(call.record.id)}_${call.record.name}`,
    server: `https://127.0.0.1:${proxyPort}/${hash}`,
    certificateAuthority: cluster.certificateAuthority,
    user: method === 'AAD' ? { plugin: arcTokenPlugin(settings) } : { token: '' },
  });
  return {
    kubeconfigs: [{ name: 'Kubeconfig', value: base64(yaml) }],
    ...(clientProxy ? { hybridConnectionConfig: settings.relay(clusterId, call.caller.objectId) } : {}),
  };
}

export function groupOf(id: string): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? '';
}

export function arcTokenPlugin(settings: ArcSettings) {
  return {
    ...settings.tokenCommand,
    serverId: firstPartyKubernetes.arcServer,
    clientId: firstPartyKubernetes.client,
    tenantId: settings.tenantId,
  };
}
