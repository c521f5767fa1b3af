import { ArmError, type BodyReference, parseId } from '../arm/index.ts';
import { invalidExtendedLocation } from './custom-location.ts';

/** Places of ids that several types have, with the right that Azure asks there. */

type Missing = NonNullable<BodyReference['missing']>;

/** `Microsoft.Network` and most others: the resource named is not there, or not in this region. */
export const notReferenced: Missing = ({ id, path, by }) =>
  new ArmError(
    400,
    'InvalidResourceReference',
    `Resource ${id} referenced by resource ${by} was not found. Please make sure that the referenced resource exists, and that ` +
      'both resources are in the same region.',
    { target: path },
  );

/** What `Microsoft.ContainerService` says of a subnet that is not there. */
export const subnetNotFound: Missing = ({ id, path }) => {
  const { names = [], resourceGroup = '', subscriptionId = '' } = parseId(id) ?? {};
  const [network = '', subnet = ''] = names;
  return new ArmError(
    400,
    'SubnetNotFound',
    `Could not find subnet ${subnet} in vnet ${network} from resource group ${resourceGroup} of subscription ${subscriptionId}.`,
    { target: path },
  );
};

/** Something that must be there, and that takes the writer's resource in. */
export function joins(path: string, type: string, missing: Missing = notReferenced): BodyReference {
  return { path, types: [type], permission: `${type}/join/action`, missing };
}

/** A subnet that something is to stand in. */
export function joinsSubnet(path: string, missing?: Missing): BodyReference {
  return joins(path, 'Microsoft.Network/virtualNetworks/subnets', missing);
}

/** The custom location that a resource is deployed to. */
export const deploysToCustomLocation: BodyReference = {
  path: 'extendedLocation.name',
  types: ['Microsoft.ExtendedLocation/customLocations'],
  permission: 'Microsoft.ExtendedLocation/customLocations/deploy/action',
  malformed: ({ id, by }) =>
    invalidExtendedLocation(
      by,
      id,
      'is not the id of a custom location (/subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.ExtendedLocation/customLocations/{name})',
    ),
};

/** Ids that the service prints into answers and reads from nobody. */
export function prints(...paths: readonly string[]): BodyReference[] {
  return paths.map((path) => ({ path, printed: true }));
}
