import { namedUuid } from '../base/index.ts';
import { firstPartyApplications as ids } from './contract.ts';
import type { ServicePrincipalRecord } from './records/records.ts';

interface FirstPartyApplication {
  readonly appId: string;
  readonly displayName: string;
  /** A client without a secret that people sign in with. */
  readonly publicClient?: true;
  /** Resource URIs besides the application id. */
  readonly names?: readonly string[];
}

/** Microsoft's applications that clients of this estate name, with the display names that they have in every tenant. */
const applications: readonly FirstPartyApplication[] = [
  { appId: ids.azureCli, displayName: 'Microsoft Azure CLI', publicClient: true },
  { appId: ids.azurePowerShell, displayName: 'Microsoft Azure PowerShell', publicClient: true },
  { appId: ids.visualStudioCode, displayName: 'Visual Studio Code', publicClient: true },
  { appId: ids.azurePortal, displayName: 'Azure Portal', publicClient: true },
  {
    appId: ids.resourceManager,
    displayName: 'Windows Azure Service Management API',
    names: ['https://management.azure.com/', 'https://management.core.windows.net/'],
  },
  { appId: ids.microsoftGraph, displayName: 'Microsoft Graph', names: ['https://graph.microsoft.com'] },
  {
    appId: ids.azureActiveDirectory,
    displayName: 'Windows Azure Active Directory',
    names: ['https://graph.windows.net'],
  },
  { appId: ids.aksService, displayName: 'Azure Kubernetes Service' },
  { appId: ids.aksServer, displayName: 'Azure Kubernetes Service AAD Server' },
  { appId: ids.aksClient, displayName: 'Azure Kubernetes Service AAD Client', publicClient: true },
  { appId: ids.arcServer, displayName: 'Azure Arc Kubernetes AAD Server' },
  { appId: ids.fleet, displayName: 'Azure Kubernetes Service - Fleet RP' },
  { appId: ids.customLocations, displayName: 'Custom Locations RP' },
  { appId: ids.azureStackHci, displayName: 'Microsoft.AzureStackHCI Resource Provider' },
];

/** Microsoft's own tenant, the home of first-party applications. */
const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

/** The service principals of first-party applications in one tenant; their object ids are always the same there. */
export function firstPartyServicePrincipals(
  tenantId: string,
  createdDateTime: string,
): ServicePrincipalRecord[] {
  return applications.map((application) => ({
    kind: 'servicePrincipal',
    id: namedUuid('first-party', tenantId, application.appId),
    appId: application.appId,
    displayName: application.displayName,
    createdDateTime,
    type: 'Application',
    accountEnabled: true,
    firstParty: true,
    properties: {
      appOwnerOrganizationId: microsoftTenantId,
      servicePrincipalNames: [...(application.names ?? []), application.appId],
    },
  }));
}

const publicClients = new Set(applications.filter((one) => one.publicClient).map((one) => one.appId));

/** True for first-party clients that have no secret. */
export function isFirstPartyPublicClient(appId: string): boolean {
  return publicClients.has(appId);
}
