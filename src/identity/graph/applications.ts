import { createHash, X509Certificate } from 'node:crypto';
import type { JsonObject } from '../../base/index.ts';
import { objectNotFound } from '../directory/objects.ts';
import type { ApplicationRecord, CertificateRecord } from '../records/records.ts';
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

/** Secrets are made by the directory, never taken from a caller. */
function refusePasswords(body: BodyReader): void {
  if ((body.objects('passwordCredentials') ?? []).length > 0) {
    throw graphErrors.badRequest(
      'New password credentials must be generated with service actions: use addPassword.',
    );
  }
}

/** Certificates of `keyCredentials`; entries without a key stand for those that are there already. */
function readCertificates(
  body: BodyReader,
  stored: readonly CertificateRecord[],
  newId: () => string,
): CertificateRecord[] | undefined {
  return body.objects('keyCredentials')?.map((credential) => {
    if (typeof credential['key'] === 'string') return readCertificate(credential, newId);
    const known = stored.find((one) => one.keyId === credential['keyId']);
    if (!known)
      throw graphErrors.badRequest(
        'Credential type not supported: a key credential needs its certificate as key.',
      );
    return known;
  });
}

function readCertificate(credential: JsonObject, newId: () => string): CertificateRecord {
  const { key, keyId, displayName, type } = credential;
  if (type !== undefined && type !== 'AsymmetricX509Cert') {
    throw graphErrors.badRequest('Credential type not supported. Drydock takes AsymmetricX509Cert.');
  }
  try {
    const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64');
    const { raw, validFromDate, validToDate } = new X509Certificate(bytes);
    return {
      keyId: typeof keyId === 'string' ? keyId : newId(),
      displayName: typeof displayName === 'string' ? displayName : null,
      startDateTime: validFromDate.toISOString(),
      endDateTime: validToDate.toISOString(),
      key: raw.toString('base64'),
      thumbprint: createHash('sha1').update(raw).digest('base64url'),
      thumbprintSha256: createHash('sha256').update(raw).digest('base64url'),
    };
  } catch {
    throw graphErrors.badRequest(
      'Key credential is invalid: its key must be a certificate, base64 of DER or PEM.',
    );
  }
}
