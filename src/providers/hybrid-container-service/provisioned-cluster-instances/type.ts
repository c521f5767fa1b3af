import {
  ArmError,
  type RelatedWrite,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { upgradeTo, withWork } from '../../container-service/managed-clusters/upgrade-work.ts';
import { demandCustomLocation } from '../../custom-location.ts';
import { Fields } from '../../fields.ts';
import { connectedClusterType } from '../../kubernetes/connected-clusters/record.ts';
import type { ArcSettings } from '../../kubernetes/settings.ts';
import { deploysToCustomLocation, joins, notReferenced } from '../../references.ts';
import { hybridNamespace, hybridVersions } from '../api-versions.ts';
import { conformCluster } from '../shape.ts';
import { kubeconfigActions } from './kubeconfigs.ts';
import { checkNetwork } from './network.ts';
import {
  clusterPools,
  goals,
  ownPools,
  poolRecord,
  poolsPerCluster,
  profilesOf,
  refuseBusy,
  shownPool,
  withOwnPools,
} from './pools.ts';
import { connectedClusterIdOf, nodeGroups, runningVersion } from './record.ts';
import { renewInstance } from './renew.ts';
import {
  autoScalerProfile,
  controlPlane,
  publicKeys,
  refuseBadAddresses,
  refuseFixedChanges,
  supportedVersion,
} from './validate.ts';

/** The Kubernetes cluster of a connected cluster of kind ProvisionedCluster: AKS on Azure Local. */
export function provisionedClusterInstances(settings: ArcSettings): ResourceType {
  return {
    namespace: hybridNamespace,
    type: 'provisionedClusterInstances',
    apiVersions: hybridVersions,
    scope: 'extension',
    name: { pattern: /^default$/i, rule: "the name is always 'default'" },
    lifecycle: 'converged',
    createState: 'Accepted',
    verbs: ['get', 'list', 'put', 'delete'],
    envelope: ['extendedLocation'],
    conform: conformCluster,
    references: [
      deploysToCustomLocation,
      joins(
        'properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds[]',
        'Microsoft.AzureStackHCI/logicalNetworks',
        notReferenced,
      ),
    ],
    prepare,
    present,
    renew: renewInstance,
    actions: kubeconfigActions(settings),
  };
}

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  await demandConnectedCluster(write);
  await refuseBusy(write.stored, write.context.records);
  const customLocation = await demandCustomLocation(write);
  const body = new Fields(write.body['properties'], 'properties');
  const stored = new Fields(write.stored?.properties);
  if (write.stored) refuseFixedChanges(body, stored);
  refuseBadAddresses(body);
  const version = supportedVersion(body, stored);
  const running = write.stored ? runningVersion(write.stored) : version;
  const networkId = await checkNetwork(write, { body, stored, customLocation });
  const extendedLocation = { type: 'CustomLocation', name: customLocation };
  const pools = poolsOf(write, body, running);
  const properties = {
    ...settable(body, stored),
    controlPlane: controlPlane(body, stored, running),
    kubernetesVersion: version,
    currentKubernetesVersion: running,
    agentPoolProfiles: [...pools.all],
    cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [networkId] } },
  };
  const internal = withOwnPools(write.stored?.internal, pools.own);
  const wanted = { plane: version, pools: goals(version, pools.all) };
  const work = write.stored && upgradeTo({ properties, internal }, wanted, nodeGroups({ properties }));
  return {
    extendedLocation,
    properties,
    internal: withWork(internal, work),
    ...(work && { provisioningState: 'Upgrading' }),
    related: await poolWrites(write, pools, extendedLocation),
  };
}

interface Pools {
  readonly all: readonly JsonObject[];
  /** Names that the body does not name. */
  readonly own: readonly string[];
}

/** Those that the body names, else those that are there; pools that are resources of their own stay either way. */
function poolsOf(write: ResourceWrite, body: Fields, version: string): Pools {
  const stored = new Fields(write.stored?.properties);
  const before = write.stored ? profilesOf(write.stored) : [];
  const own = write.stored ? ownPools(write.stored) : [];
  if (!body.has('agentPoolProfiles')) return { all: before.map(({ value }) => value), own };
  const cluster = { clusterName: clusterName(write), version, stored };
  const { pools, inline } = clusterPools(body, cluster);
  const left = own.filter((name) => !inline.includes(name));
  const kept = before.filter((pool) => left.includes(pool.string('name') ?? ''));
  const all = [...pools, ...kept.map(({ value }) => value)];
  if (all.length > poolsPerCluster)
    throw body.wrong('agentPoolProfiles', `at most ${poolsPerCluster} node pools`);
  return { all, own: left };
}

/** The pools' own records: made for those that are new, taken away with those that go. */
async function poolWrites(
  write: ResourceWrite,
  pools: Pools,
  extendedLocation: JsonObject,
): Promise<RelatedWrite[]> {
  const records = await write.context.records.list(`${write.id}/agentPools`);
  const names = pools.all.map((pool) => String(pool['name']));
  const isOf = (record: ResourceRecord) => (name: string) => name.toLowerCase() === record.name.toLowerCase();
  const made = names.filter((name) => !records.some((record) => isOf(record)(name)));
  const gone = records.filter((record) => !names.some(isOf(record)));
  return [
    ...made.map((name): RelatedWrite => ({ put: poolRecord(write, { name, extendedLocation }) })),
    ...gone.map(({ id }): RelatedWrite => ({ delete: id })),
  ];
}

/** What a body may set beside what the loop moves. */
function settable(body: Fields, stored: Fields): JsonObject {
  const network = body.object('networkProfile');
  const networkBefore = stored.object('networkProfile');
  const storage = body.object('storageProfile');
  return {
    ...carried(body, stored),
    linuxProfile: { ssh: { publicKeys: publicKeys(body, stored) } },
    networkProfile: {
      ...networkBefore.value,
      ...network.value,
      networkPolicy:
        network.choice('networkPolicy', ['calico', 'cilium']) ??
        networkBefore.string('networkPolicy') ??
        'calico',
      loadBalancerProfile: {
        count: network.object('loadBalancerProfile').integer('count', { min: 0, max: 3 }) ?? 0,
      },
      podCidr: network.string('podCidr') ?? networkBefore.string('podCidr') ?? '10.244.0.0/16',
    },
    storageProfile: {
      smbCsiDriver: { enabled: storage.object('smbCsiDriver').boolean('enabled') ?? true },
      nfsCsiDriver: { enabled: storage.object('nfsCsiDriver').boolean('enabled') ?? true },
    },
    licenseProfile: {
      azureHybridBenefit:
        body.object('licenseProfile').choice('azureHybridBenefit', ['True', 'False', 'NotApplicable']) ??
        'NotApplicable',
    },
  };
}

function carried(body: Fields, stored: Fields): JsonObject {
  const names = ['clusterVMAccessProfile', 'securityProfile'];
  const scaler = autoScalerProfile(body, stored);
  return {
    ...Object.fromEntries(
      names.flatMap((name) => {
        const value = body.value[name] ?? stored.value[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    ...(scaler && { autoScalerProfile: scaler }),
  };
}

function clusterName(write: ResourceWrite): string {
  return connectedClusterIdOf(write.id).split('/').at(-1) ?? '';
}

/** The connected cluster must be there first, and be of the kind that is provisioned. */
async function demandConnectedCluster(write: ResourceWrite): Promise<void> {
  const parentId = connectedClusterIdOf(write.id);
  const parent = await write.context.records.get(parentId);
  if (!parent) {
    throw new ArmError(
      404,
      'ParentResourceNotFound',
      `Failed to perform 'write' on resource(s) of type 'provisionedClusterInstances', because the parent resource '${parentId}' could not be found.`,
    );
  }
  // Other types have kinds as well, whose word their writers choose.
  const isConnected = parent.type.toLowerCase() === connectedClusterType.toLowerCase();
  if (isConnected && parent.kind === 'ProvisionedCluster') return;
  if (!isConnected) {
    throw new ArmError(
      400,
      'BadRequest',
      `The resource '${parent.id}' is of type '${parent.type}'. A provisioned cluster instance needs a connected cluster (${connectedClusterType}).`,
    );
  }
  throw new ArmError(
    400,
    'BadRequest',
    `The connected cluster '${parent.id}' is of kind '${parent.kind ?? ''}'. A provisioned cluster instance needs a connected cluster of kind 'ProvisionedCluster'.`,
  );
}

const phases: Readonly<Record<string, string>> = {
  Succeeded: 'provisioned',
  Failed: 'failed',
  Deleting: 'deleting',
  Upgrading: 'upgrading',
};

function present(record: ResourceRecord): JsonObject {
  const running = record.provisioningState === 'Succeeded';
  const phase = phases[record.provisioningState] ?? 'provisioning';
  const failure = record.lastOperation?.error?.message;
  const { currentKubernetesVersion: _runs, controlPlane: plane, ...shown } = record.properties;
  const own = ownPools(record);
  const inline = profilesOf(record).filter((pool) => !own.includes(pool.string('name') ?? ''));
  const { kubernetesVersion: _version, ...controlPlaneShown } = shownPool(isObject(plane) ? plane : {});
  return {
    ...shown,
    controlPlane: controlPlaneShown,
    agentPoolProfiles: inline.map(({ value }) => shownPool(value)),
    status: {
      controlPlaneStatus: ['ArcAgent', 'CloudProvider', 'Telemetry'].map((name) => ({
        name,
        phase,
        ready: running,
        errorMessage: '',
      })),
      currentState: record.provisioningState,
      ...(failure === undefined ? {} : { errorMessage: failure }),
    },
  };
}
