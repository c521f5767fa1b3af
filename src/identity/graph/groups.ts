import { CodedError } from '../../base/index.ts';
import { objectNotFound } from '../directory/objects.ts';
import { identityLimits } from '../limits.ts';
import type { GroupRecord } from '../records/records.ts';
import { BodyReader } from './bodies.ts';
import {
  demandAdministrator,
  demandOwner,
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
import { defined } from './users.ts';

function pathGroup(call: GraphCall): GroupRecord {
  const id = parameter(call);
  const group = call.surface.objects.group(id);
  if (!group) throw objectNotFound(id);
  return group;
}

export const listGroups: Operation = (call) =>
  answerCollection(call, { records: call.surface.db.groups.values(), context: 'groups', kind: 'group' });

export const getGroup: Operation = (call) => entity(call, pathGroup(call));

export const createGroup: Operation = async (call) => {
  demandAdministrator(call);
  const body = new BodyReader(await readBody(call), shapes.group);
  demandSecurityGroup(body);
  const owners = body.references('owners');
  const members = body.references('members');
  demandFewReferences([...owners, ...members]);
  const { directory } = call.surface;
  const group = await directory.groups.create({
    displayName: body.requiredText('displayName'),
    mailNickname: body.requiredText('mailNickname'),
    properties: body.properties(),
  });
  try {
    if (owners.length > 0) await directory.membership.add('owners', group.id, owners);
    if (members.length > 0) await directory.membership.add('members', group.id, members);
  } catch (thrown) {
    await directory.removeObject(group.id);
    throw thrown;
  }
  return entity(call, group, 201);
};

export const updateGroup: Operation = async (call) => {
  const group = pathGroup(call);
  demandOwner(call, group);
  const body = new BodyReader(await readBody(call), shapes.group);
  demandSecurityGroup(body);
  const members = body.references('members');
  demandFewReferences(members);
  const { directory } = call.surface;
  const change = defined({ displayName: body.text('displayName'), mailNickname: body.text('mailNickname') });
  const properties = body.properties(group.properties);
  await directory.groups.update(group.id, { ...change, properties });
  if (members.length > 0) await directory.membership.add('members', group.id, members);
  return noContent;
};

export const deleteGroup: Operation = async (call) => {
  const group = pathGroup(call);
  demandOwner(call, group);
  await call.surface.directory.removeObject(group.id);
  return noContent;
};

/** Mail and dynamic membership are not part of this directory, and a group that is neither has no use. */
function demandSecurityGroup(body: BodyReader): void {
  const unsupported = (what: string) =>
    new CodedError('unsupported', `Drydock has security groups only: ${what}.`);
  if (body.flag('mailEnabled') === true) throw unsupported('mailEnabled must be false');
  if (body.flag('securityEnabled') === false) throw unsupported('securityEnabled must be true');
  if ((body.texts('groupTypes') ?? []).length > 0) throw unsupported('groupTypes must be empty');
}

function demandFewReferences(references: readonly string[]): void {
  if (references.length > identityLimits.membersPerBind) {
    throw graphErrors.badRequest(`A request takes ${identityLimits.membersPerBind} references at most.`);
  }
}
