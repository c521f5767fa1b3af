import { ArmError, parentId, type ResourceType, type ResourceWrite, refusals } from '../../../arm/index.ts';
import { isObject } from '../../../base/index.ts';
import { deserializes } from '../../deserialized.ts';
import { knownShapes } from '../../known-shapes.ts';
import { identityVersions } from '../versions.ts';

const credentialsPerIdentity = 20;

/**
 * Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials: kept and shown.
 * Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust-user-assigned-managed-identity
 */
export const federatedCredentials: ResourceType = {
  namespace: 'Microsoft.ManagedIdentity',
  type: 'userAssignedIdentities/federatedIdentityCredentials',
  apiVersions: identityVersions.slice(0, 6),
  lowestApiVersion: '2022-01-31',
  scope: 'proxy',
  name: {
    pattern: /^[a-zA-Z0-9][\w-]{2,119}$/,
    rule: '3 to 120 letters, digits, underscores and hyphens, beginning with a letter or digit',
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  provisioningState: false,
  conform: deserializes(knownShapes.federatedIdentityCredentials, { keepsUnknown: true }),
  prepare: prepareCredential,
};

async function prepareCredential({ id, body, stored, context }: ResourceWrite) {
  const sent = isObject(body.properties) ? body.properties : {};
  const { issuer, subject } = sent;
  const audiences = Array.isArray(sent.audiences) ? sent.audiences : [];
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) {
    throw refusals.invalidParameter('properties.issuer', 'an https URL is required');
  }
  if (typeof subject !== 'string' || subject === '') {
    throw refusals.invalidParameter('properties.subject', 'a subject is required');
  }
  if (
    audiences.length === 0 ||
    audiences.some((audience) => typeof audience !== 'string' || audience === '')
  ) {
    throw refusals.invalidParameter(
      'properties.audiences',
      'at least one audience is required, and all are texts',
    );
  }
  const siblings = await context.records.list(
    parentId(id),
    'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
  );
  if (!stored && siblings.length >= credentialsPerIdentity) {
    throw new ArmError(
      400,
      'TooManyFederatedIdentityCredentials',
      `An identity has at most ${credentialsPerIdentity} federated identity credentials.`,
    );
  }
  return { properties: { issuer, subject, audiences }, claims: [`credentials of ${parentId(id)}`] };
}
