import { ArmError, type ResourceWrite } from '../arm/index.ts';
import { Fields } from './fields.ts';

const customLocationPattern =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ExtendedLocation\/customLocations\/[^/]+$/i;

/**
 * The custom location named by `extendedLocation`, in its stored casing. Refuses a missing, malformed or unknown
 * one, a change of it, and a caller who may not deploy there.
 */
export async function demandCustomLocation(write: ResourceWrite, action: string): Promise<string> {
  const asked = new Fields(
    write.body['extendedLocation'] ?? write.stored?.extendedLocation,
    'extendedLocation',
  );
  const name = asked.string('name');
  if (!name)
    throw invalid(
      write.id,
      '',
      'is missing: set extendedLocation to the type CustomLocation and the id of a custom location',
    );
  const type = asked.string('type') ?? '';
  if (type.toLowerCase() !== 'customlocation') {
    throw invalid(write.id, name, `has the type '${type}': the type must be CustomLocation`);
  }
  if (!customLocationPattern.test(name)) {
    throw invalid(
      write.id,
      name,
      'is not the id of a custom location (/subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.ExtendedLocation/customLocations/{name})',
    );
  }
  const before = new Fields(write.stored?.extendedLocation).string('name');
  if (before !== undefined && before.toLowerCase() !== name.toLowerCase()) {
    throw new ArmError(
      400,
      'PropertyChangeNotAllowed',
      "Changing property 'extendedLocation.name' is not allowed.",
      {
        target: 'extendedLocation.name',
      },
    );
  }
  await write.context.demandLinked(write.caller, {
    action,
    scope: write.id,
    linkedAction: 'Microsoft.ExtendedLocation/customLocations/deploy/action',
    linkedScope: name,
  });
  const found = await write.context.records.get(name);
  if (!found) throw invalid(write.id, name, 'could not be found');
  return found.id;
}

function invalid(resourceId: string, location: string, reason: string): ArmError {
  const named = location ? `an invalid extended location '${location}', which` : 'an extended location that';
  return new ArmError(
    400,
    'InvalidExtendedLocation',
    `The resource '${resourceId}' has ${named} ${reason}.`,
    {
      target: 'extendedLocation',
    },
  );
}
