import { isObject, type JsonObject } from '../../../base/index.ts';
import { jsonObject } from '../http/arm-call.ts';
import { serviceError } from '../http/service-errors.ts';
import type { Subscription } from '../profile/subscriptions.ts';
import type { Session } from '../session.ts';

const apiVersion = '2022-12-01';

export interface Account {
  readonly name: string;
  readonly type: 'user' | 'servicePrincipal';
  readonly homeTenantId: string;
}

interface Tenant {
  readonly id: string;
  readonly displayName: string | null;
  readonly domain: string | null;
}

/** The subscriptions an account sees, tenant by tenant; with `onlyTenant` just that one, without asking for its names. */
export async function findSubscriptions(
  session: Session,
  account: Account,
  onlyTenant?: string,
): Promise<Subscription[]> {
  const tenants = onlyTenant === undefined ? await listTenants(session, account) : [unnamed(onlyTenant)];
  const found = new Map<string, Subscription>();
  for (const tenant of tenants) {
    for (const one of await listAs(session, '/subscriptions', { account, tenant: tenant.id })) {
      const subscription = toSubscription(one, { account, tenant, session });
      if (!found.has(subscription.id)) found.set(subscription.id, subscription);
    }
  }
  return [...found.values()];
}

function unnamed(id: string): Tenant {
  return { id, displayName: null, domain: null };
}

async function listTenants(session: Session, account: Account): Promise<Tenant[]> {
  const tenants = await listAs(session, '/tenants', { account, tenant: account.homeTenantId });
  return tenants.map((one) => ({
    id: String(one['tenantId'] ?? ''),
    displayName: textOrNull(one['displayName']),
    domain: textOrNull(one['defaultDomain']),
  }));
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A list asked for in the name of an account that is not in the profile yet. */
async function listAs(
  session: Session,
  path: string,
  as: { readonly account: Account; readonly tenant: string },
): Promise<JsonObject[]> {
  const { estate, transport } = session;
  const token = await session.token(estate.audience, { account: as.account.name, tenant: as.tenant });
  const items: JsonObject[] = [];
  let url: string | undefined = `${estate.resourceManager}${path}?api-version=${apiVersion}`;
  while (url !== undefined) {
    const answer = await transport.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json', authorization: `Bearer ${token.accessToken}` },
    });
    if (answer.status >= 400) throw serviceError(answer);
    const page = jsonObject(answer);
    if (Array.isArray(page['value'])) items.push(...page['value'].filter(isObject));
    url = typeof page['nextLink'] === 'string' && page['nextLink'] !== '' ? page['nextLink'] : undefined;
  }
  return items;
}

interface Origin {
  readonly account: Account;
  readonly tenant: Tenant;
  readonly session: Session;
}

function toSubscription(one: JsonObject, { account, tenant, session }: Origin): Subscription {
  const managed = Array.isArray(one['managedByTenants']) ? one['managedByTenants'].filter(isObject) : [];
  const id = String(
    one['subscriptionId'] ??
      String(one['id'] ?? '')
        .split('/')
        .at(-1),
  );
  return {
    id,
    name: String(one['displayName'] ?? id),
    state: String(one['state'] ?? 'Enabled'),
    user: { name: account.name, type: account.type },
    isDefault: false,
    tenantId: tenant.id,
    environmentName: session.estate.cloudName,
    homeTenantId: String(one['tenantId'] ?? tenant.id),
    tenantDefaultDomain: tenant.domain,
    tenantDisplayName: tenant.displayName,
    managedByTenants: managed.map((other) => ({ tenantId: String(other['tenantId'] ?? '') })),
  };
}

/** Asks again for the subscriptions of every account in the profile. */
export async function refreshSubscriptions(session: Session): Promise<void> {
  const accounts = new Map<string, Account>();
  for (const one of session.profile.subscriptions) {
    const type = one.user.type === 'servicePrincipal' ? 'servicePrincipal' : 'user';
    accounts.set(one.user.name, { name: one.user.name, type, homeTenantId: one.tenantId });
  }
  for (const account of accounts.values()) {
    const onlyTenant = account.type === 'servicePrincipal' ? account.homeTenantId : undefined;
    const found = await findSubscriptions(session, account, onlyTenant);
    session.profile.add(found, { keepActive: true });
  }
}
