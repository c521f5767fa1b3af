import {
  ArmError,
  isWithin,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  sameId,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { dropIdentity, type IdentityParts, identityAtOnce } from '../../system-identity.ts';
import { conformCustomLocation } from '../shape.ts';

const customLocationType = 'Microsoft.ExtendedLocation/customLocations';

export const customLocationVersions = [
  '2024-09-15-preview',
  '2021-08-31-preview',
  '2021-08-15',
  '2021-03-15-preview',
] as const;

/** Custom locations: the name under which an Azure Local instance takes resources. */
export function customLocations(identities: IdentityParts): ResourceType {
  return {
    namespace: 'Microsoft.ExtendedLocation',
    type: 'customLocations',
    apiVersions: customLocationVersions,
    scope: 'tracked',
    name: {
      pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
      rule: '1 to 63 letters, digits, hyphens and underscores, with a letter or digit at both ends',
    },
    lifecycle: 'immediate',
    announcesOperations: true,
    envelope: ['identity'],
    conform: conformCustomLocation,
    references: [
      { path: 'properties.hostResourceId', permission: 'write' },
      { path: 'properties.clusterExtensionIds[]', permission: 'read' },
    ],
    prepare: (write) => prepare(write, identities),
    present,
    beforeDelete: refuseWhileUsed,
    afterDelete: (record, { fence }) => dropIdentity(record, identities, fence),
  };
}

async function prepare(write: ResourceWrite, identities: IdentityParts): Promise<ResourceDraft> {
  const body = new Fields(write.body['properties'], 'properties');
  const stored = new Fields(write.stored?.properties);
  const hostResourceId = body.string('hostResourceId') ?? stored.string('hostResourceId');
  if (!hostResourceId)
    throw body.wrong('hostResourceId', 'the ARM id of the resource bridge or connected cluster is required');
  if (
    !/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+$/i.test(hostResourceId)
  ) {
    throw new ArmError(
      400,
      'LinkedInvalidPropertyId',
      `Property id '${hostResourceId}' at path 'properties.hostResourceId' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
    );
  }
  const namespace =
    body.string('namespace') ?? stored.string('namespace') ?? write.name.toLowerCase().replaceAll('_', '-');
  await refuseTakenNamespace(write, hostResourceId, namespace);
  const hostType =
    body.choice('hostType', ['Kubernetes', 'EdgeCluster']) ?? stored.string('hostType') ?? 'Kubernetes';
  const displayName = body.string('displayName') ?? stored.string('displayName') ?? write.name;
  const asked = write.body['identity'] ?? write.stored?.identity ?? { type: 'None' };
  const identity = await identityAtOnce(write, asked, identities);
  return {
    claims: [`namespace ${namespace} on ${hostResourceId}`],
    ...(identity !== undefined && { identity }),
    properties: {
      hostType,
      displayName,
      namespace,
      hostResourceId,
      clusterExtensionIds: body.has('clusterExtensionIds')
        ? body.strings('clusterExtensionIds')
        : stored.strings('clusterExtensionIds'),
    },
  };
}

/** Two locations of one host never share a namespace: what is deployed to one would lie in the other. */
async function refuseTakenNamespace(write: ResourceWrite, hostId: string, namespace: string): Promise<void> {
  for (const other of await write.context.records.list('', customLocationType)) {
    const its = new Fields(other.properties);
    const same =
      its.string('namespace')?.toLowerCase() === namespace.toLowerCase() &&
      sameId(its.string('hostResourceId') ?? '', hostId);
    if (!same || sameId(other.id, write.id)) continue;
    throw new ArmError(
      409,
      'Conflict',
      `The namespace '${namespace}' on '${hostId}' is taken by the custom location '${other.id}'. Choose another namespace.`,
      { target: 'properties.namespace' },
    );
  }
}

function present(record: ResourceRecord): JsonObject {
  return { ...record.properties, authentication: {} };
}

async function refuseWhileUsed(record: ResourceRecord, context: TypeContext): Promise<void> {
  const all = await context.records.list('/');
  const user = all.find((other) => {
    const name = new Fields(other.extendedLocation).string('name');
    // What extends the location itself goes with it.
    return name?.toLowerCase() === record.id.toLowerCase() && !isWithin(other.id, record.id);
  });
  if (!user) return;
  throw new ArmError(
    409,
    'Conflict',
    `The custom location '${record.name}' is in use by '${user.id}'. Delete what uses it first.`,
  );
}
