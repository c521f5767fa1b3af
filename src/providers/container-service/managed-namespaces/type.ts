import { isDeepStrictEqual } from 'node:util';
import {
  ArmError,
  isAtLeastVersion,
  type PresentContext,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  refusals,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { managedNamespaceVersions } from '../api-versions.ts';
import { operationStatus } from '../fleets/status.ts';
import { fleetIdOfNamespace } from './record.ts';
import { readProperties } from './validate.ts';

/** The first version whose PATCH knows more than tags, and whose placements have a rollout strategy. */
const patchedSince = '2026-06-02-preview';

/** Namespaces of a fleet's hub that Resource Manager makes, keeps and places onto members. */
export const managedNamespaces: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/managedNamespaces',
  apiVersions: managedNamespaceVersions,
  scope: 'tracked',
  name: {
    pattern: /^[a-z0-9]$|^[a-z0-9][-a-z0-9]{0,61}[a-z0-9]$/,
    rule: 'namespace name must start/end with a lowercase letter or digit, and contain only lowercase letters, digits, or hyphens, 63 at most',
  },
  lifecycle: 'converged',
  patchable: ['tags', 'properties'],
  etagMember: 'eTag',
  prepare,
  present,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  refuseReserved(write.name);
  const fleetId = fleetIdOfNamespace(write.id);
  const fleet = await write.context.records.get(fleetId);
  if (!fleet) throw refusals.parentNotFound('write', 'fleets/managedNamespaces', fleetId);
  refuseHubless(fleet);
  const properties = readProperties(new Fields(write.body['properties'], 'properties'));
  refuseOtherPlacement(properties, write.stored);
  if (!isAtLeastVersion(write.apiVersion, patchedSince)) keepRollout(properties, write.stored);
  const internal = write.stored?.internal ?? {};
  if (write.verb === 'put' || !write.stored) return { properties, internal, unchanged: [fleet.id] };
  // Tags need no loop: a PATCH of them is finished when it is answered.
  if (isDeepStrictEqual(properties, write.stored.properties)) {
    return { properties, internal, provisioningState: write.stored.provisioningState };
  }
  if (!isAtLeastVersion(write.apiVersion, patchedSince)) throw refusals.notPatchable('properties', ['tags']);
  return { properties, internal, unchanged: [fleet.id] };
}

const reserved = /^(?:default|cert-manager|kube-.*|azure-arc.*|fleet-.*|.*-system)$/;

function refuseReserved(name: string): void {
  if (!reserved.test(name)) return;
  throw new ArmError(400, 'InvalidParameter', 'namespace name must not match a reserved pattern', {
    target: 'managedNamespaceName',
  });
}

function refuseHubless(fleet: ResourceRecord): void {
  if (new Fields(fleet.properties).has('hubProfile')) return;
  throw new ArmError(
    400,
    'InvalidHubOperation',
    `The given fleet is hubless (has no hubprofile). The fleet '${fleet.name}' has no hub cluster, so it has no managed namespaces. Create the fleet with a hub (az fleet create --enable-hub).`,
  );
}

function placementOf(properties: JsonObject | undefined): JsonObject | undefined {
  const propagation = properties?.['propagationPolicy'];
  const profile = isObject(propagation) ? propagation['placementProfile'] : undefined;
  const placement = isObject(profile) ? profile['defaultClusterResourcePlacement'] : undefined;
  return isObject(placement) ? placement : undefined;
}

/** A placement keeps its type: another one would be taken off all members before it came back. */
function refuseOtherPlacement(properties: JsonObject, stored: ResourceRecord | undefined): void {
  const typeOf = (found: JsonObject | undefined) =>
    new Fields(placementOf(found)).object('policy').string('placementType');
  const [before, after] = [typeOf(stored?.properties), typeOf(properties)];
  if (before === undefined || after === undefined || before === after) return;
  throw refusals.propertyChangeNotAllowed(
    'properties.propagationPolicy.placementProfile.defaultClusterResourcePlacement.policy.placementType',
  );
}

/** Older versions do not know of rollout strategies: what they write leaves the one that is there as it is. */
function keepRollout(properties: JsonObject, stored: ResourceRecord | undefined): void {
  const placement = placementOf(properties);
  if (!placement) return;
  const kept = placementOf(stored?.properties)?.['rolloutStrategy'];
  if (kept === undefined) delete placement['rolloutStrategy'];
  else placement['rolloutStrategy'] = kept;
}

async function present(record: ResourceRecord, context: PresentContext): Promise<JsonObject> {
  const fleet = await context.records.get(fleetIdOfNamespace(record.id));
  const portalFqdn = new Fields(fleet?.properties).object('hubProfile').string('portalFqdn');
  const properties = structuredClone(record.properties);
  const placement = placementOf(properties);
  if (placement && !isAtLeastVersion(context.apiVersion, patchedSince)) delete placement['rolloutStrategy'];
  return {
    ...properties,
    status: operationStatus(record),
    ...(portalFqdn !== undefined && { portalFqdn }),
  };
}
