import type { Caller, ResourceRecord, TypeContext } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import type { DeploymentScope, Facts } from '../../../template/index.ts';
import { templateHash } from '../../../template/index.ts';

/** What a template may ask about where it is deployed. */
export interface FactsAbout {
  readonly name: string;
  readonly scope: DeploymentScope;
  readonly template: JsonObject;
  readonly parameters: JsonObject;
  readonly mode: string;
  readonly location: string | undefined;
  readonly caller: Caller;
  readonly environment: JsonObject;
}

/** Reads what is known now. */
export async function factsOf(
  about: FactsAbout,
  context: Pick<TypeContext, 'records' | 'tenantId' | 'clock' | 'random'>,
): Promise<Facts> {
  const { scope, caller, name, template } = about;
  const group = scope.kind === 'resourceGroup' ? await context.records.get(scope.id) : undefined;
  const subscription =
    scope.subscriptionId === undefined
      ? undefined
      : await context.records.get(`/subscriptions/${scope.subscriptionId}`);
  const { tenantId } = context;
  return {
    nowMs: context.clock.now(),
    newGuid: () => context.random.uuid(),
    deployment: () => ({
      name,
      ...(about.location !== undefined && { location: about.location }),
      properties: {
        template: { contentVersion: template['contentVersion'] ?? null },
        templateHash: templateHash(template).templateHash,
        parameters: about.parameters,
        mode: about.mode,
        provisioningState: 'Accepted',
      },
    }),
    resourceGroup: () => group && groupFact(group),
    subscription: () =>
      subscription && {
        id: subscription.id,
        subscriptionId: subscription.name,
        tenantId,
        displayName: subscription.properties.displayName ?? '',
      },
    managementGroup: () => undefined,
    tenant: () => ({ tenantId, countryCode: 'US', displayName: 'Drydock' }),
    environment: () => about.environment,
    deployer: () => ({
      objectId: caller.objectId,
      tenantId: caller.tenantId,
      userPrincipalName: caller.type === 'User' ? caller.name : '',
    }),
    provider: () => undefined,
  };
}

function groupFact({
  id,
  name,
  type,
  location,
  managedBy,
  tags,
  provisioningState,
}: ResourceRecord): JsonObject {
  return {
    id,
    name,
    type,
    location: location ?? '',
    ...(managedBy !== undefined && { managedBy }),
    tags: { ...tags },
    properties: { provisioningState },
  };
}
