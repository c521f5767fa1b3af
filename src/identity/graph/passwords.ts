import type { HttpResponse } from '../../http/contract.ts';
import type { NewSecret } from '../directory/credentials.ts';
import type { ApplicationRecord, ServicePrincipalRecord } from '../records/records.ts';
import { pathApplication } from './applications.ts';
import { demandOwner, type GraphCall, json, noContent, type Operation, readBody } from './call.ts';
import { graphErrors } from './errors.ts';
import { presentSecret } from './present.ts';
import { pathServicePrincipal } from './service-principals.ts';

export const addApplicationPassword: Operation = (call) => addPassword(call, pathApplication(call));
export const removeApplicationPassword: Operation = (call) => removePassword(call, pathApplication(call));
export const addServicePrincipalPassword: Operation = (call) => addPassword(call, pathServicePrincipal(call));
export const removeServicePrincipalPassword: Operation = (call) =>
  removePassword(call, pathServicePrincipal(call));

async function addPassword(
  call: GraphCall,
  owner: ApplicationRecord | ServicePrincipalRecord,
): Promise<HttpResponse> {
  demandOwner(call, owner);
  const { passwordCredential } = await readBody(call);
  const { record, text } = await call.surface.directory.credentials.addSecret(
    owner.id,
    readSecret(passwordCredential),
  );
  return json(200, {
    '@odata.context': `${call.base}/$metadata#microsoft.graph.passwordCredential`,
    ...presentSecret(record, text),
  });
}

async function removePassword(
  call: GraphCall,
  owner: ApplicationRecord | ServicePrincipalRecord,
): Promise<HttpResponse> {
  demandOwner(call, owner);
  const { keyId } = await readBody(call);
  if (typeof keyId !== 'string')
    throw graphErrors.badRequest("The body must name the credential to remove as 'keyId'.");
  await call.surface.directory.credentials.removeSecret(owner.id, keyId);
  return noContent;
}

function readSecret(value: unknown): NewSecret {
  if (typeof value !== 'object' || value === null) return {};
  const secret: Record<string, string> = {};
  for (const name of ['displayName', 'startDateTime', 'endDateTime']) {
    const member: unknown = Reflect.get(value, name);
    if (member === undefined || member === null) continue;
    const isTime = name !== 'displayName';
    if (typeof member !== 'string' || (isTime && Number.isNaN(Date.parse(member)))) {
      throw graphErrors.wrongValue(name, 'PasswordCredential');
    }
    secret[name] = member;
  }
  return secret;
}
