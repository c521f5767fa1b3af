import type { JsonObject } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import { GraphError, listGraph, objectsByIds, odata } from '../http/graph.ts';
import type { Session } from '../session.ts';
import { isGuid } from './guid.ts';

export interface Assignee {
  readonly objectId: string;
  readonly type: 'User' | 'Group' | 'ServicePrincipal' | undefined;
}

interface Finding {
  readonly session: Session;
  readonly warn: (message: string) => void;
}

/** The directory object behind `--assignee`: a sign-in name, an application's id or name, or an object id. */
export async function findAssignee({ session, warn }: Finding, assignee: string): Promise<Assignee> {
  try {
    const found = await lookUp(session, assignee);
    if (found) return { objectId: String(found['id']), type: typeOf(found) };
  } catch (thrown) {
    if (!(thrown instanceof GraphError) || !isGuid(assignee)) throw thrown;
    warn(`Failed to query ${assignee} by invoking Graph API: ${thrown.message}`);
    warn(`Assuming ${assignee} as an object ID.`);
    return { objectId: assignee, type: undefined };
  }
  throw new AzError(
    `Cannot find user or service principal in graph database for '${assignee}'. If the assignee is an appId, make sure the corresponding service principal is created with 'az ad sp create --id ${assignee}'.`,
  );
}

async function lookUp(session: Session, assignee: string): Promise<JsonObject | undefined> {
  const word = odata(assignee);
  if (assignee.includes('@')) {
    const [user] = await listGraph(session, '/users', `userPrincipalName eq '${word}'`);
    if (user) return { '@odata.type': '#microsoft.graph.user', ...user };
  }
  const [application] = await listGraph(
    session,
    '/servicePrincipals',
    `servicePrincipalNames/any(c:c eq '${word}')`,
  );
  if (application) return { '@odata.type': '#microsoft.graph.servicePrincipal', ...application };
  return isGuid(assignee) ? (await objectsByIds(session, [assignee]))[0] : undefined;
}

/** The principal type that a directory object's `@odata.type` stands for. */
export function typeOf(object: JsonObject): Assignee['type'] {
  const kind = String(object['@odata.type'] ?? '')
    .split('.')
    .at(-1);
  if (kind === 'user') return 'User';
  if (kind === 'group') return 'Group';
  return kind === 'servicePrincipal' ? 'ServicePrincipal' : undefined;
}

/** What a directory object is called in lists. */
export function principalName(object: JsonObject): string {
  const names = object['servicePrincipalNames'];
  return String(
    object['userPrincipalName'] ??
      (Array.isArray(names) ? names[0] : undefined) ??
      object['displayName'] ??
      '',
  );
}
