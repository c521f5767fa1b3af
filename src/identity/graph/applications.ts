import { objectNotFound } from '../directory/objects.ts';
import type { ApplicationRecord } from '../records/records.ts';
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

/** By object id, or as `applications(appId='...')`. */
export function pathApplication(call: GraphCall): ApplicationRecord {
  const id = parameter(call);
  const { objects } = call.surface;
  const appId = /^appId=(.*)$/i.exec(id)?.[1];
  const application = appId === undefined ? objects.application(id) : objects.applicationByAppId(appId);
  if (!application) throw objectNotFound(appId ?? id);
  return application;
}

export const listApplications: Operation = (call) =>
  answerCollection(call, {
    records: call.surface.db.applications.values(),
    context: 'applications',
    kind: 'application',
  });

export const getApplication: Operation = (call) => entity(call, pathApplication(call));

export const createApplication: Operation = async (call) => {
  demandAdministrator(call);
  const body = new BodyReader(await readBody(call), shapes.application);
  refusePasswords(body);
  const { directory, random } = call.surface;
  const uris = body.texts('identifierUris') ?? [];
  const certificates = readCertificates(body, [], () => random.uuid());
  const application = await directory.applications.create({
    displayName: body.requiredText('displayName'),
    identifierUris: uris,
    ...(certificates ? { certificates } : {}),
    properties: body.properties(),
  });
  await directory.membership.add('owners', application.id, [call.principal.objectId]);
  return entity(call, application, 201);
};

export const updateApplication: Operation = async (call) => {
  const application = pathApplication(call);
  demandOwner(call, application);
  const body = new BodyReader(await readBody(call), shapes.application);
  refusePasswords(body);
  const { directory, random } = call.surface;
  await directory.applications.update(application.id, {
    ...defined({
      displayName: body.text('displayName'),
      identifierUris: body.texts('identifierUris'),
      certificates: readCertificates(body, application.certificates, () => random.uuid()),
    }),
    properties: body.properties(application.properties),
  });
  return noContent;
};

export const deleteApplication: Operation = async (call) => {
  const application = pathApplication(call);
  demandOwner(call, application);
  await call.surface.directory.removeObject(application.id);
  return noContent;
};
