import { ArmError, type ResourceWrite } from '../arm/index.ts';
import { Fields } from './fields.ts';

/**
 * The custom location named by `extendedLocation`, in its stored casing. Refuses a missing, malformed or unknown
 * one and a change of it; `deploysToCustomLocation` asks who may deploy there.
 */
export async function demandCustomLocation(write: ResourceWrite): Promise<string> {
  const asked = new Fields(
    write.body['extendedLocation'] ?? write.stored?.extendedLocation,
    'extendedLocation',
  );
  const name = asked.string('name');
  if (!name)
    throw invalidExtendedLocation(
      write.id,
      '',
      'is missing: set extendedLocation to the type CustomLocation and the id of a custom location',
    );
  const type = asked.string('type') ?? '';
  if (type.toLowerCase() !== 'customlocation') {
    throw invalidExtendedLocation(write.id, name, `has the type '${type}': the type must be CustomLocation`);
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
  const found = await write.context.records.get(name);
  if (!found) throw invalidExtendedLocation(write.id, name, 'could not be found');
  return found.id;
}

/** What a type says of an extended location that it cannot use. */
export function invalidExtendedLocation(resourceId: string, location: string, reason: string): ArmError {
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
