import { objectNotFound } from '../directory/objects.ts';
import { networkOf } from '../guesses.ts';
import type { UserRecord } from '../records/records.ts';
import { BodyReader } from './bodies.ts';
import {
  demandAdministrator,
  entity,
  type GraphCall,
  noContent,
  type Operation,
  parameter,
  readBody,
} from './call.ts';
import { graphErrors } from './errors.ts';
import { answerCollection } from './query.ts';
import { shapes } from './shapes.ts';

/** The user that the path names by id or user principal name. */
function pathUser(call: GraphCall): UserRecord {
  const id = parameter(call);
  const user = call.surface.objects.user(id);
  if (!user) throw objectNotFound(id);
  return user;
}

export const listUsers: Operation = (call) =>
  answerCollection(call, { records: call.surface.db.users.values(), context: 'users', kind: 'user' });

export const getUser: Operation = (call) => entity(call, pathUser(call));

export const createUser: Operation = async (call) => {
  demandAdministrator(call);
  const body = new BodyReader(await readBody(call), shapes.user);
  const profile = passwordProfile(body);
  if (profile?.password === undefined) throw graphErrors.missingValue('passwordProfile', 'User');
  const mailNickname = body.text('mailNickname');
  const user = await call.surface.directory.users.create({
    userPrincipalName: body.requiredText('userPrincipalName'),
    displayName: body.requiredText('displayName'),
    accountEnabled: body.flag('accountEnabled') ?? true,
    ...(mailNickname === undefined ? {} : { mailNickname }),
    password: profile.password,
    mustChangePassword: profile.mustChange ?? true,
    properties: body.properties(),
  });
  return entity(call, user, 201);
};

export const updateUser: Operation = async (call) => {
  demandAdministrator(call);
  const user = pathUser(call);
  const body = new BodyReader(await readBody(call), shapes.user);
  const profile = passwordProfile(body);
  const accountEnabled = body.flag('accountEnabled');
  if (accountEnabled === false) call.surface.directory.demandNotLastAdministrator(user.id);
  await call.surface.directory.users.update(user.id, {
    ...defined({
      userPrincipalName: body.text('userPrincipalName'),
      displayName: body.text('displayName'),
      mailNickname: body.text('mailNickname'),
      accountEnabled,
      password: profile?.password,
      mustChangePassword: profile?.mustChange,
    }),
    properties: body.properties(user.properties),
  });
  return noContent;
};

export const deleteUser: Operation = async (call) => {
  demandAdministrator(call);
  const user = pathUser(call);
  await call.surface.directory.removeObject(user.id);
  return noContent;
};

/** `POST /users/{id}/revokeSignInSessions`: refresh tokens and browser sessions from before no longer count. */
export const revokeSignInSessions: Operation = async (call) => {
  const user = pathUser(call);
  if (user.id !== call.principal.objectId) demandAdministrator(call);
  await call.surface.directory.users.update(user.id, { endSessions: true });
  const body = { '@odata.context': `${call.base}/$metadata#Edm.Boolean`, value: true };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  };
};

/** `POST /me/changePassword` with the current password. */
export const changePassword: Operation = async (call) => {
  const user = pathUser(call);
  if (user.id !== call.principal.objectId) throw graphErrors.denied();
  const body = new BodyReader(await readBody(call), shapes.user);
  const password = body.requiredText('newPassword');
  const current = body.requiredText('currentPassword');
  const { credentials } = call.surface.directory;
  const source = networkOf(call.request.connection.remoteAddress);
  // A token is not yet the password: it may be stolen, and this would be the place to find the password out.
  const { isRight } = await call.guesses.judge(`${user.id} ${source}`, graphErrors.lockedUser, async () => ({
    isRight: (await credentials.checkPassword(user.id, current)) !== 'wrong',
  }));
  if (!isRight) throw graphErrors.badRequest('The specified current password is invalid.');
  await call.surface.directory.users.update(user.id, { password });
  return noContent;
};

function passwordProfile(
  body: BodyReader,
): { readonly password?: string; readonly mustChange?: boolean } | undefined {
  const profile = body.object('passwordProfile');
  if (!profile) return undefined;
  const { password, forceChangePasswordNextSignIn: mustChange } = profile;
  if (password !== undefined && password !== null && typeof password !== 'string')
    throw graphErrors.wrongValue('passwordProfile', 'User');
  if (mustChange !== undefined && mustChange !== null && typeof mustChange !== 'boolean')
    throw graphErrors.wrongValue('passwordProfile', 'User');
  return {
    ...(typeof password === 'string' ? { password } : {}),
    ...(typeof mustChange === 'boolean' ? { mustChange } : {}),
  };
}

/** The members that have a value. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // The filter drops exactly the undefined members, which the type says.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
