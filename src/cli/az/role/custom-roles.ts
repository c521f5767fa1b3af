import type { Json, JsonObject } from '../../../base/index.ts';
import { jsonObject } from '../http/arm-call.ts';
import type { Session } from '../session.ts';
import { definitionsApiVersion, definitionsPath, listDefinitions, presentDefinition } from './definitions.ts';
import { isGuid } from './guid.ts';

/** A description with the keys of Azure's portal (`AssignableScopes`) in the service's own spelling. */
export function camelKeys(description: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(description).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
  );
}

/** The scopes at which a description says that its role can be given. */
export function scopesOf(description: JsonObject): string[] {
  const { assignableScopes } = description;
  return (Array.isArray(assignableScopes) ? assignableScopes : []).filter((one) => typeof one === 'string');
}

/** The roles at `scope` whose display name or GUID is `name`. */
export async function rolesNamed(session: Session, name: string, scope: string): Promise<JsonObject[]> {
  const found = await listDefinitions(session, scope, isGuid(name) ? undefined : name);
  return found.map(presentDefinition).filter((one) => one['name'] === name || one['roleName'] === name);
}

/** Puts a custom role at the first scope of its description and answers it as printed. */
export async function putRole(
  session: Session,
  role: { readonly id: string; readonly name: string; readonly description: JsonObject },
): Promise<JsonObject> {
  const { description } = role;
  const scopes = scopesOf(description);
  const place = scopes[0] ?? `/subscriptions/${session.subscriptionId}`;
  const list = (key: string): Json => description[key] ?? [];
  const answer = await session.arm.send({
    method: 'PUT',
    path: `${definitionsPath(place)}/${role.id}`,
    apiVersion: definitionsApiVersion,
    body: {
      properties: {
        roleName: role.name,
        ...(description['description'] === undefined ? {} : { description: description['description'] }),
        type: 'CustomRole',
        assignableScopes: scopes,
        permissions: description['permissions'] ?? [
          {
            actions: list('actions'),
            notActions: list('notActions'),
            dataActions: list('dataActions'),
            notDataActions: list('notDataActions'),
          },
        ],
      },
    },
  });
  return presentDefinition(jsonObject(answer));
}
