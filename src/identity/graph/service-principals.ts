import { objectNotFound } from '../directory/objects.ts';
import type { ServicePrincipalRecord } from '../records/records.ts';
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
import { readCertificates, refusePasswords } from './key-credentials.ts';
import { answerCollection } from './query.ts';
import { shapes } from './shapes.ts';
import { defined } from './users.ts';

/** By object id, or as `servicePrincipals(appId='...')`. */
export function pathServicePrincipal(call: GraphCall): ServicePrincipalRecord {
  const id = parameter(call);
  const { objects } = call.surface;
  const appId = /^appId=(.*)$/i.exec(id)?.[1];
  const record = appId === undefined ? objects.servicePrincipal(id) : objects.servicePrincipalByAppId(appId);
  if (!record) throw objectNotFound(appId ?? id);
  return record;
}

export const listServicePrincipals: Operation = (call) =>
  answerCollection(call, {
    records: call.surface.objects.servicePrincipals(),
    context: 'servicePrincipals',
    kind: 'servicePrincipal',
  });

export const getServicePrincipal: Operation = (call) => entity(call, pathServicePrincipal(call));

export const createServicePrincipal: Operation = async (call) => {
  demandAdministrator(call);
  const body = new BodyReader(await readBody(call), shapes.servicePrincipal);
  const appId = body.requiredText('appId');
  refusePasswords(body);
  const { directory, random } = call.surface;
  const record = await directory.applications.createServicePrincipal(appId, {
    ...defined({
      accountEnabled: body.flag('accountEnabled'),
      certificates: readCertificates(body, [], () => random.uuid()),
    }),
    properties: body.properties(),
  });
  await directory.membership.add('owners', record.id, [call.principal.objectId]);
  return entity(call, record, 201);
};

export const updateServicePrincipal: Operation = async (call) => {
  const record = pathServicePrincipal(call);
  demandOwner(call, record);
  const body = new BodyReader(await readBody(call), shapes.servicePrincipal);
  refusePasswords(body);
  const { directory, random } = call.surface;
  await directory.applications.updateServicePrincipal(record.id, {
    ...defined({
      accountEnabled: body.flag('accountEnabled'),
      displayName: body.text('displayName'),
      certificates: readCertificates(body, record.certificates ?? [], () => random.uuid()),
    }),
    properties: body.properties(record.properties),
  });
  return noContent;
};

export const deleteServicePrincipal: Operation = async (call) => {
  const record = pathServicePrincipal(call);
  demandOwner(call, record);
  await call.surface.directory.removeObject(record.id);
  return noContent;
};
