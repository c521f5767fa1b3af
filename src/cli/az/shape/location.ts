import type { Session } from '../session.ts';

const locationsApiVersion = '2022-12-01';
const groupsApiVersion = '2024-11-01';

/** A region as typed becomes its name: `East US` is looked up, whatever is unknown is sent as it stands. */
export async function resolveLocation(session: Session, typed: string): Promise<string> {
  if (!/[ A-Z]/.test(typed)) return typed;
  const path = `/subscriptions/${session.subscriptionId}/locations`;
  const regions = await session.arm.list(path, locationsApiVersion);
  const word = typed.toLowerCase();
  const found = regions.find(
    (one) =>
      String(one['displayName'] ?? '').toLowerCase() === word ||
      String(one['name'] ?? '').toLowerCase() === word,
  );
  return typeof found?.['name'] === 'string' ? found['name'] : typed;
}

/** The region of a create: as typed, else that of its resource group. */
export async function locationOrGroups(
  session: Session,
  typed: string | undefined,
  resourceGroup: string,
): Promise<string> {
  if (typed !== undefined) return resolveLocation(session, typed);
  const path = `/subscriptions/${session.subscriptionId}/resourcegroups/${encodeURIComponent(resourceGroup)}`;
  const group = await session.arm.get(path, groupsApiVersion);
  return String(group['location'] ?? '');
}
