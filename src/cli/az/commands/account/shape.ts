import type { JsonObject } from '../../../../base/index.ts';
import type { TableTransformer } from '../../declaration.ts';
import type { Subscription } from '../../profile/subscriptions.ts';
import { rows } from '../../shape/rows.ts';

/** A subscription as lists print it: the cloud's name under `cloudName`. */
export function listedSubscription(subscription: Subscription): JsonObject {
  const { environmentName, ...rest } = shownSubscription(subscription);
  return { ...rest, cloudName: environmentName };
}

/** A subscription as `account show` prints it; members that the sign-in left unknown are not there. */
export function shownSubscription(subscription: Subscription): JsonObject {
  const { tenantDefaultDomain, tenantDisplayName, ...rest } = subscription;
  return {
    ...rest,
    ...(tenantDefaultDomain === null ? {} : { tenantDefaultDomain }),
    ...(tenantDisplayName === null ? {} : { tenantDisplayName }),
  };
}

/** Columns of subscription lists. */
export const subscriptionTable: TableTransformer = rows((one) => ({
  Name: one['name'],
  CloudName: one['cloudName'],
  SubscriptionId: one['id'],
  TenantId: one['tenantId'],
  State: one['state'],
  IsDefault: one['isDefault'],
}));
