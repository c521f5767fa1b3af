import { ArmError, type ResourceRecord } from '../../../arm/index.ts';
import { fleetIdOf } from './record.ts';

/** A fleet's hub belongs to the service: only the fleet changes or deletes it. */
export function refuseHub(record: ResourceRecord | undefined): void {
  const fleetId = record && fleetIdOf(record);
  if (!record || !fleetId) return;
  throw new ArmError(
    403,
    'DenyAssignmentAuthorizationFailed',
    `The resource '${record.id}' is managed by the fleet '${fleetId}'. A deny assignment of the fleet forbids changing or deleting it; change the fleet instead.`,
  );
}
