import type { JsonObject } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import { callGraph, findGraph, listGraph, odata } from '../http/graph.ts';
import { isGuid } from '../role/guid.ts';
import type { Session } from '../session.ts';

/** Object id of a group given by its id or display name. */
export async function groupId(session: Session, group: string): Promise<string> {
  if (isGuid(group)) return group;
  const word = odata(group);
  let found = await listGraph(session, '/groups', `displayName eq '${word}'`);
  if (found.length === 0) found = await listGraph(session, '/groups', `startswith(displayName,'${word}')`);
  const [first] = found;
  if (!first) throw new AzError(`No group matches the name of '${group}'`);
  if (found.length > 1) throw new AzError(`More than one group match the name of '${group}'`);
  return String(first['id']);
}

/** A service principal given by its object id, application id or one of its names. */
export async function servicePrincipal(
  session: Session,
  id: string,
  { shows = false } = {},
): Promise<JsonObject> {
  const [found] = await listGraph(
    session,
    '/servicePrincipals',
    `servicePrincipalNames/any(c:c eq '${odata(id)}')`,
  );
  if (found) return found;
  if (!isGuid(id)) throw new AzError(`Service principal '${id}' doesn't exist`, { exitCode: shows ? 3 : 1 });
  return (await callGraph(session, { method: 'GET', path: `/servicePrincipals/${id}`, shows })) ?? {};
}

/** An application given by its object id, application id or an identifier URI. */
export async function application(session: Session, id: string, { shows = false } = {}): Promise<JsonObject> {
  const known = await findApplication(session, id);
  if (known) return known;
  if (!isGuid(id))
    throw new AzError(`Application with identifier URI '${id}' doesn't exist`, { exitCode: shows ? 3 : 1 });
  return (await callGraph(session, { method: 'GET', path: `/applications/${id}`, shows })) ?? {};
}

/** The same, or undefined. */
export async function findApplication(session: Session, id: string): Promise<JsonObject | undefined> {
  if (!isGuid(id)) {
    const [byUri] = await listGraph(session, '/applications', `identifierUris/any(s:s eq '${odata(id)}')`);
    return byUri;
  }
  const [byAppId] = await listGraph(session, '/applications', `appId eq '${id}'`);
  return byAppId ?? (await findGraph(session, `/applications/${id}`));
}
