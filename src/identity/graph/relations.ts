import type { HttpResponse } from '../../http/contract.ts';
import { objectNotFound } from '../directory/objects.ts';
import { identityLimits } from '../limits.ts';
import type { DirectoryRecord } from '../records/records.ts';
import { referencedId } from './bodies.ts';
import {
  demandAdministrator,
  demandOwner,
  type GraphCall,
  json,
  noContent,
  type Operation,
  parameter,
  readBody,
} from './call.ts';
import { graphErrors } from './errors.ts';
import { present } from './present.ts';
import { answerCollection } from './query.ts';
import { selectOf } from './select.ts';

/** The object that the path names: users also by name. */
function pathObject(call: GraphCall): DirectoryRecord {
  const id = parameter(call);
  const record = call.surface.objects.find(id) ?? call.surface.objects.user(id);
  if (!record) throw objectNotFound(id);
  return record;
}

function list(call: GraphCall, records: readonly DirectoryRecord[]): HttpResponse {
  if (call.request.path.toLowerCase().endsWith('/$ref')) {
    const value = records.map(({ id }) => ({ '@odata.id': `${call.base}/directoryObjects/${id}` }));
    return json(200, { '@odata.context': `${call.base}/$metadata#Collection($ref)`, value });
  }
  return answerCollection(call, { records, context: 'directoryObjects' });
}

function groupRecords(call: GraphCall, ids: readonly string[]): DirectoryRecord[] {
  return ids.flatMap((id) => call.surface.objects.group(id) ?? []);
}

export const listMembers: Operation = (call) =>
  list(call, call.surface.directory.membership.members(pathObject(call).id));

export const listTransitiveMembers: Operation = (call) =>
  list(call, call.surface.directory.membership.transitiveMembers(pathObject(call).id));

export const listMemberOf: Operation = (call) =>
  list(call, call.surface.directory.membership.directGroupsOf(pathObject(call).id));

export const listTransitiveMemberOf: Operation = (call) =>
  list(call, groupRecords(call, call.surface.directory.membership.groupsOf(pathObject(call).id)));

export const listOwners: Operation = (call) =>
  list(call, call.surface.directory.membership.owners(pathObject(call).id));

export const listOwnedObjects: Operation = (call) =>
  list(call, call.surface.directory.membership.ownedBy(pathObject(call).id));

export const addMember: Operation = (call) => addReference(call, 'members');
export const removeMember: Operation = (call) => removeReference(call, 'members');
export const addOwner: Operation = (call) => addReference(call, 'owners');
export const removeOwner: Operation = (call) => removeReference(call, 'owners');

async function addReference(call: GraphCall, relation: 'members' | 'owners'): Promise<HttpResponse> {
  const record = pathObject(call);
  demandOwner(call, record);
  const body = await readBody(call);
  const reference = body['@odata.id'];
  if (typeof reference !== 'string')
    throw graphErrors.badRequest("The body must name the object to add as '@odata.id'.");
  await call.surface.directory.membership.add(relation, record.id, [referencedId(reference)]);
  return noContent;
}

async function removeReference(call: GraphCall, relation: 'members' | 'owners'): Promise<HttpResponse> {
  const record = pathObject(call);
  demandOwner(call, record);
  await call.surface.directory.membership.remove(relation, record.id, parameter(call, 1));
  return noContent;
}

/** Which of the groups named hold the object, directly or through others. */
export const checkMemberGroups: Operation = async (call) => {
  const record = pathObject(call);
  const { groupIds } = await readBody(call);
  if (!Array.isArray(groupIds))
    throw graphErrors.badRequest("The body must list the groups to check as 'groupIds'.");
  if (groupIds.length > identityLimits.groupIdsPerCheck) {
    throw graphErrors.badRequest(`A request checks ${identityLimits.groupIdsPerCheck} groups at most.`);
  }
  const groups = new Set(call.surface.directory.membership.groupsOf(record.id));
  return texts(
    call,
    groupIds.filter((id) => typeof id === 'string').filter((id) => groups.has(id.toLowerCase())),
  );
};

export const getMemberGroups: Operation = (call) =>
  texts(call, call.surface.directory.membership.groupsOf(pathObject(call).id));

function texts(call: GraphCall, value: readonly string[]): HttpResponse {
  return json(200, { '@odata.context': `${call.base}/$metadata#Collection(Edm.String)`, value });
}

export const getDirectoryObject: Operation = (call) => {
  const record = pathObject(call);
  return json(200, {
    '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`,
    ...present(call.surface, record, { select: selectOf(call.query), withType: true }),
  });
};

export const deleteDirectoryObject: Operation = async (call) => {
  const record = pathObject(call);
  if (record.kind === 'user') demandAdministrator(call);
  else demandOwner(call, record);
  await call.surface.directory.removeObject(record.id);
  return noContent;
};

/** `POST /directoryObjects/getByIds`: ids that are not there are left out. */
export const getByIds: Operation = async (call) => {
  const { ids, types } = await readBody(call);
  if (!Array.isArray(ids)) throw graphErrors.badRequest("The body must list the objects wanted as 'ids'.");
  if (ids.length > identityLimits.idsPerRequest) {
    throw graphErrors.badRequest(`A request takes ${identityLimits.idsPerRequest} ids at most.`);
  }
  const wanted =
    Array.isArray(types) && types.length > 0 && !types.includes('directoryObject')
      ? new Set(types)
      : undefined;
  const records = [...new Set(ids)].flatMap((id) =>
    typeof id === 'string' ? (call.surface.objects.find(id) ?? []) : [],
  );
  const kept = records.filter((record) => !wanted || wanted.has(record.kind));
  return json(200, {
    '@odata.context': `${call.base}/$metadata#directoryObjects`,
    value: kept.map((record) =>
      present(call.surface, record, { select: selectOf(call.query), withType: true }),
    ),
  });
};
