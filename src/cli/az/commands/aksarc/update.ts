import { isObject, type JsonObject } from '../../../../base/index.ts';
import { type Call, defineCommand, type Flags, type Values } from '../../declaration.ts';
import { integer, noWait, tags, text, toggle } from '../../declare/flags.ts';
import { getResource, pathOf, putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { changeFlags, changesAutoscaler, profileFlag, readProfile, withAutoscaler } from './autoscaler.ts';
import { arcCluster, arcHost, inlinePools, propertiesOf, writable } from './noun.ts';

const flags = {
  ...arcCluster.names,
  adminGroups: text(
    '--aad-admin-group-object-ids',
    'Object ids of administrator groups, separated by commas.',
  ),
  controlPlaneCount: integer('--control-plane-count', 'Number of control plane nodes: 1, 3 or 5.'),
  ...changeFlags,
  profile: profileFlag,
  taints: text('--node-taints', 'Taints of the nodes, separated by commas; "" removes all.'),
  sshAuthIps: text('--ssh-auth-ips --ssh-authorized-ip-ranges', 'Addresses that may connect by SSH.'),
  enableAhub: toggle('--enable-ahub', 'Use the Azure Hybrid Benefit.'),
  disableAhub: toggle('--disable-ahub', 'Use the Azure Hybrid Benefit no longer.'),
  enableNfs: toggle('--enable-nfs-driver', 'Run the NFS driver.'),
  disableNfs: toggle('--disable-nfs-driver', 'Run no NFS driver.'),
  enableSmb: toggle('--enable-smb-driver', 'Run the SMB driver.'),
  disableSmb: toggle('--disable-smb-driver', 'Run no SMB driver.'),
  tags: tags(),
  noWait: noWait(),
} as const;

type Given = Values<typeof flags>;

/** `az aksarc update`. */
export const command = defineCommand({
  words: 'aksarc update',
  summary: 'Update an AKS Arc cluster.',
  flags,
  examples: [
    {
      text: 'Let the nodes of a cluster follow the load.',
      command:
        'az aksarc update -n MyCluster -g MyGroup --enable-cluster-autoscaler --min-count 1 --max-count 5',
    },
  ],
  async run(call) {
    const given = call.flags;
    refuseBoth(given);
    const scales = changesAutoscaler(given);
    const profile = given.profile && readProfile(given.profile);
    const body = await getResource(arcCluster, call);
    await updateHost(call, given);
    const changes = changesOf(body, { given, scales, profile });
    if (Object.keys(changes).length === 0) return body;
    const { properties, ...envelope } = writable(body);
    return putResource(arcCluster, call, {
      ...envelope,
      properties: { ...(isObject(properties) && properties), ...changes },
    });
  },
});

function refuseBoth(given: Given): void {
  for (const [enable, disable, name] of [
    [given.enableAhub, given.disableAhub, 'ahub'],
    [given.enableNfs, given.disableNfs, 'nfs-driver'],
    [given.enableSmb, given.disableSmb, 'smb-driver'],
  ] as const) {
    if (enable && disable)
      throw new AzError(`Can only specify one of --enable-${name} and --disable-${name}`);
  }
}

/** People and tags stand on the connected cluster. */
async function updateHost(call: Call<Flags>, given: Given): Promise<void> {
  const { adminGroups } = given;
  if (adminGroups === undefined && !given.tags) return;
  const host = await getResource(arcHost, call);
  const properties = propertiesOf(host);
  const aad = isObject(properties['aadProfile']) ? properties['aadProfile'] : {};
  const groups = adminGroups?.split(',').filter((id) => id !== '');
  const { location = null, kind = null, identity = null } = host;
  await call.session.arm.long({
    method: 'PUT',
    path: pathOf(arcHost, call),
    apiVersion: arcHost.apiVersion,
    body: {
      ...{ location, kind, identity: isObject(identity) ? { type: identity['type'] ?? null } : null },
      tags: given.tags ?? host['tags'] ?? null,
      properties: {
        ...properties,
        ...(groups && { aadProfile: { ...aad, adminGroupObjectIDs: groups } }),
      },
    },
  });
}

/** What flags change of the cluster itself; people and tags are not its own. */
function changesOf(
  body: JsonObject,
  {
    given,
    scales,
    profile,
  }: { readonly given: Given; readonly scales: boolean; readonly profile: JsonObject | undefined },
): JsonObject {
  const before = propertiesOf(body);
  const { controlPlaneCount, sshAuthIps, taints } = given;
  const plane = isObject(before['controlPlane']) ? before['controlPlane'] : {};
  const nodeTaints = taints?.split(',').filter(Boolean);
  const pools = inlinePools(body)
    .map((pool) => (scales ? withAutoscaler(pool, given) : pool))
    .map((pool) => (nodeTaints ? { ...pool, nodeTaints } : pool));
  const drivers = given.enableNfs || given.disableNfs || given.enableSmb || given.disableSmb;
  return {
    ...(controlPlaneCount !== undefined && { controlPlane: { ...plane, count: controlPlaneCount } }),
    ...(sshAuthIps !== undefined && { clusterVMAccessProfile: { authorizedIPRanges: sshAuthIps } }),
    ...(profile && { autoScalerProfile: profile }),
    ...((given.enableAhub || given.disableAhub) && {
      licenseProfile: { azureHybridBenefit: given.enableAhub ? 'True' : 'False' },
    }),
    ...(drivers && { storageProfile: storage(before, given) }),
    ...((scales || nodeTaints) && { agentPoolProfiles: pools }),
  };
}

function storage(before: JsonObject, given: Given): JsonObject {
  const drivers = isObject(before['storageProfile']) ? before['storageProfile'] : {};
  return {
    ...drivers,
    ...((given.enableNfs || given.disableNfs) && { nfsCsiDriver: { enabled: given.enableNfs } }),
    ...((given.enableSmb || given.disableSmb) && { smbCsiDriver: { enabled: given.enableSmb } }),
  };
}
