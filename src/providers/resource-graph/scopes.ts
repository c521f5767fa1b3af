import type { Caller, RouteCall } from '../../arm/index.ts';
import { badRequest } from './answer.ts';
import type { QueryRequest } from './request.ts';

/** The scopes that a query looks at: the subscriptions named, those below the management groups named, or the whole tenant. */
export async function queriedScopes(
  { context, correlationId }: RouteCall,
  _caller: Caller,
  { subscriptions, managementGroups }: QueryRequest,
): Promise<readonly string[]> {
  const refuse = (code: string, message: string) =>
    badRequest([{ code, message }], correlationId, new Date(context.clock.now()));
  if (managementGroups) {
    const root = context.tenantId.toLowerCase();
    const unknown = managementGroups.find((name) => name !== root);
    if (unknown !== undefined) {
      throw refuse('ManagementGroupNotFound', `The management group '${unknown}' could not be found.`);
    }
    return [''];
  }
  if (!subscriptions) return [''];
  const known: string[] = [];
  for (const id of subscriptions) {
    const scope = `/subscriptions/${id}`;
    if (await context.records.get(scope)) known.push(scope);
  }
  if (known.length > 0) return known;
  throw refuse(
    'NoValidSubscriptionsInQueryRequest',
    `There must be at least one subscription that is eligible to contain resources. Given: '${subscriptions.join(',')}'.`,
  );
}
