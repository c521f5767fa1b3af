import type { JsonObject } from '../../base/index.ts';
import { objectNotFound } from '../directory/objects.ts';
import { type GraphCall, json, type Operation, parameter } from './call.ts';

export const listOrganizations: Operation = (call) =>
  json(200, { '@odata.context': `${call.base}/$metadata#organization`, value: [organization(call)] });

export const getOrganization: Operation = (call) => {
  const id = parameter(call);
  if (id.toLowerCase() !== call.surface.objects.tenant().tenantId) throw objectNotFound(id);
  return json(200, {
    '@odata.context': `${call.base}/$metadata#organization/$entity`,
    ...organization(call),
  });
};

export const listDomains: Operation = (call) =>
  json(200, { '@odata.context': `${call.base}/$metadata#domains`, value: [domain(call)] });

export const getDomain: Operation = (call) => {
  const id = parameter(call);
  if (id.toLowerCase() !== call.surface.objects.tenant().domain) throw objectNotFound(id);
  return json(200, { '@odata.context': `${call.base}/$metadata#domains/$entity`, ...domain(call) });
};

function organization({ surface }: GraphCall): JsonObject {
  const { tenantId, displayName, domain: name, createdDateTime } = surface.objects.tenant();
  return {
    id: tenantId,
    deletedDateTime: null,
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: null,
    createdDateTime,
    defaultUsageLocation: null,
    displayName,
    isMultipleDataLocationsForServicesEnabled: null,
    marketingNotificationEmails: [],
    onPremisesLastSyncDateTime: null,
    onPremisesSyncEnabled: null,
    postalCode: null,
    preferredLanguage: null,
    securityComplianceNotificationMails: [],
    securityComplianceNotificationPhones: [],
    state: null,
    street: null,
    technicalNotificationMails: [],
    tenantType: 'AAD',
    assignedPlans: [],
    provisionedPlans: [],
    verifiedDomains: [
      { capabilities: 'OfficeCommunicationsOnline', isDefault: true, isInitial: true, name, type: 'Managed' },
    ],
  };
}

function domain({ surface }: GraphCall): JsonObject {
  return {
    authenticationType: 'Managed',
    availabilityStatus: null,
    id: surface.objects.tenant().domain,
    isAdminManaged: true,
    isDefault: true,
    isInitial: true,
    isRoot: true,
    isVerified: true,
    passwordNotificationWindowInDays: null,
    passwordValidityPeriodInDays: null,
    state: null,
    supportedServices: [],
  };
}

/** OpenID Connect's userinfo, which Entra serves from Graph. */
export const userInfo: Operation = (call) => {
  const user = call.surface.objects.user(call.principal.objectId);
  if (!user) throw objectNotFound(call.principal.objectId);
  const { mail, givenName, surname } = user.properties;
  return json(200, {
    sub: user.id,
    name: user.displayName,
    ...(typeof givenName === 'string' ? { given_name: givenName } : {}),
    ...(typeof surname === 'string' ? { family_name: surname } : {}),
    ...(typeof mail === 'string' ? { email: mail } : {}),
  });
};
