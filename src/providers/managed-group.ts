import {
  ArmError,
  groupNameOf,
  madeByEstate,
  type RelatedWrite,
  type ResourceRecord,
  type ResourceWrite,
  sameId,
  subscriptionOf,
} from '../arm/index.ts';

export const resourceGroupType = 'Microsoft.Resources/resourceGroups';

/** Letters of any language, digits and `_ - . ( )`, not ending in a dot. */
export const groupNamePattern = /^[\p{L}\p{Nd}_\-.()]{0,89}[\p{L}\p{Nd}_\-()]$/u;

type Owner = Pick<ResourceRecord, 'id' | 'location' | 'systemData' | 'etag'>;

/**
 * The resource group that a service makes for one of its resources, in the same subscription and region. One that holds
 * parts of a fleet names the fleet: people are kept from changing it.
 */
export function groupRecord(owner: Owner, name: string, fleetId?: string): ResourceRecord {
  return {
    id: `/subscriptions/${subscriptionOf(owner.id) ?? ''}/resourceGroups/${name}`,
    name,
    type: resourceGroupType,
    ...(owner.location === undefined ? {} : { location: owner.location }),
    managedBy: owner.id,
    properties: {},
    provisioningState: 'Succeeded',
    systemData: owner.systemData,
    etag: owner.etag,
    internal: { madeFor: owner.id, ...(fleetId !== undefined && { fleetId }) },
  };
}

/** The resource that a service made the group for. Callers can say `managedBy`, but not this. */
function madeFor(group: ResourceRecord): string | undefined {
  const owner = group.internal?.['madeFor'];
  return typeof owner === 'string' ? owner : undefined;
}

/** True when the group was made for the resource, and goes with it. Older estates kept `managedBy` alone. */
export function belongsTo(group: ResourceRecord, ownerId: string): boolean {
  return sameId(madeFor(group) ?? group.managedBy ?? '', ownerId);
}

export interface GroupClaim {
  readonly name: string;
  readonly ownerId: string;
  readonly fleetId?: string;
  readonly location: string;
  readonly longestCharacters: number;
}

/**
 * A group that is made in the same commit as what it is for: of two that claim one name, one gets it. Refuses names that
 * are taken, by whomever, or cannot be; nothing is cut to fit, because two that are cut could be one.
 * Source: https://learn.microsoft.com/azure/aks/faq (a node resource group must not exist)
 */
export async function claimGroup(write: ResourceWrite, claim: GroupClaim): Promise<RelatedWrite> {
  const { name, ownerId } = claim;
  const length = [...name].length;
  if (length > claim.longestCharacters) throw nameTooLong(claim.longestCharacters, length);
  if (!groupNamePattern.test(name)) {
    throw new ArmError(
      400,
      'InvalidParameter',
      `The node resource group name '${name}' is invalid. Please see https://aka.ms/aks-naming-rules for more details.`,
      { target: 'properties.nodeResourceGroup' },
    );
  }
  if (name.toLowerCase() === groupNameOf(write.id)?.toLowerCase()) throw sameGroup(name);
  const group = groupRecord(
    {
      id: ownerId,
      location: claim.location,
      systemData: madeByEstate(write.context.clock.now()),
      etag: write.context.random.uuid(),
    },
    name,
    claim.fleetId,
  );
  if (await write.context.records.get(group.id)) throw nameTaken(name, subscriptionOf(group.id) ?? '');
  return { put: group };
}

function nameTooLong(longest: number, length: number): ArmError {
  return new ArmError(
    400,
    'InvalidParameter',
    `The length of the node resource group name is too long. The maximum length is ${longest} and the length of the value provided ` +
      `is ${length}. Please see https://aka.ms/aks-naming-rules for more details.`,
    { target: 'name' },
  );
}

function sameGroup(name: string): ArmError {
  return new ArmError(
    400,
    'NodeResourceGroupSameAsResourceGroup',
    `Node resource group '${name}' is the same as ResourceGroup '${name}', which is not allowed, please provide a different node ` +
      'resource group.',
  );
}

function nameTaken(name: string, subscriptionId: string): ArmError {
  return new ArmError(
    400,
    'NodeResourceGroupAlreadyExists',
    `Node resource group '${name}' under subscription '${subscriptionId}' already exists, please provide a new one.`,
  );
}
