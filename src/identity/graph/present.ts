import type { JsonObject } from '../../base/index.ts';
import { redirectUrisOf } from '../directory/redirect-uris.ts';
import type {
  ApplicationRecord,
  CertificateRecord,
  DirectoryRecord,
  SecretRecord,
  ServicePrincipalRecord,
} from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { shapes } from './shapes.ts';

/** Every property of an object under its Graph name. */
export function presentAll(surface: Surface, record: DirectoryRecord): JsonObject {
  const { defaults } = shapes[record.kind];
  return { ...defaults, ...record.properties, ...ownProperties(surface, record) };
}

export interface Presentation {
  /** Names of `$select`; the standard ones when absent. */
  readonly select?: readonly string[] | undefined;
  /** Say the type, in lists that hold several. */
  readonly withType?: boolean;
}

export function present(
  surface: Surface,
  record: DirectoryRecord,
  { select, withType }: Presentation,
): JsonObject {
  const all = presentAll(surface, record);
  const names = select ?? shapes[record.kind].standard ?? Object.keys(all);
  const shown: JsonObject = withType ? { '@odata.type': `#microsoft.graph.${record.kind}` } : {};
  for (const name of names) if (Object.hasOwn(all, name)) shown[name] = all[name];
  return shown;
}

function ownProperties(surface: Surface, record: DirectoryRecord): JsonObject {
  const { id, displayName, createdDateTime } = record;
  const common = { id, displayName, createdDateTime: createdDateTime.replace(/\.\d+Z$/, 'Z') };
  switch (record.kind) {
    case 'user': {
      const { userPrincipalName, mailNickname, accountEnabled } = record;
      return { ...common, userPrincipalName, mailNickname, accountEnabled };
    }
    case 'group':
      return {
        ...common,
        mailNickname: record.mailNickname,
        renewedDateTime: common.createdDateTime,
        securityIdentifier: securityIdentifier(id),
      };
    case 'application':
      return { ...common, ...applicationProperties(surface, record) };
    case 'servicePrincipal':
      return { ...common, ...servicePrincipalProperties(surface, record) };
  }
}

function applicationProperties(surface: Surface, record: ApplicationRecord): JsonObject {
  return {
    appId: record.appId,
    identifierUris: [...record.identifierUris],
    publisherDomain: surface.objects.tenant().domain,
    passwordCredentials: passwordCredentials(surface, record.id),
    keyCredentials: keyCredentials(record.certificates),
  };
}

function servicePrincipalProperties(surface: Surface, record: ServicePrincipalRecord): JsonObject {
  const common = {
    appId: record.appId,
    accountEnabled: record.accountEnabled,
    servicePrincipalType: record.type,
    passwordCredentials: passwordCredentials(surface, record.id),
    keyCredentials: keyCredentials(record.certificates ?? []),
  };
  if (record.firstParty)
    return { ...common, appDisplayName: record.displayName, signInAudience: 'AzureADMultipleOrgs' };
  if (record.type === 'ManagedIdentity') {
    return {
      ...common,
      alternativeNames: ['isExplicit=True', ...(record.resourceId === undefined ? [] : [record.resourceId])],
      servicePrincipalNames: [record.appId, `https://identity.azure.net/${record.id}`],
    };
  }
  const application = surface.objects.applicationByAppId(record.appId);
  const { web, spa, publicClient } = application
    ? redirectUrisOf(application)
    : { web: [], spa: [], publicClient: [] };
  return {
    ...common,
    appDisplayName: application?.displayName ?? record.displayName,
    appOwnerOrganizationId: surface.objects.tenant().tenantId,
    servicePrincipalNames: [record.appId, ...(application?.identifierUris ?? [])],
    replyUrls: record.properties['replyUrls'] ?? [...web, ...spa, ...publicClient],
    signInAudience: application?.properties['signInAudience'] ?? 'AzureADMyOrg',
  };
}

function keyCredentials(certificates: readonly CertificateRecord[]): JsonObject[] {
  return certificates.map((certificate) => ({
    customKeyIdentifier: Buffer.from(certificate.thumbprint, 'base64url').toString('hex').toUpperCase(),
    displayName: certificate.displayName,
    endDateTime: certificate.endDateTime,
    key: null,
    keyId: certificate.keyId,
    startDateTime: certificate.startDateTime,
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
  }));
}

function passwordCredentials(surface: Surface, objectId: string): JsonObject[] {
  return surface.directory.credentials.secretsOf(objectId).map((secret) => presentSecret(secret, null));
}

/** A secret without its text, or with it right after it was made. */
export function presentSecret(secret: SecretRecord, text: string | null): JsonObject {
  const { displayName, endDateTime, hint, keyId, startDateTime } = secret;
  return {
    customKeyIdentifier: null,
    displayName,
    endDateTime,
    hint,
    keyId,
    secretText: text,
    startDateTime,
  };
}

/** Entra derives a group's SID from its object id: the four 32-bit words of the GUID's binary form. */
function securityIdentifier(id: string): string {
  const hex = id.replaceAll('-', '');
  const bytes = Buffer.from(hex, 'hex');
  const binary = Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
  return `S-1-12-1-${[0, 4, 8, 12].map((at) => binary.readUInt32LE(at)).join('-')}`;
}
