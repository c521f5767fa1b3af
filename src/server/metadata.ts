import type { JsonObject } from '../base/index.ts';

/** Addresses of the estate as clients see them. */
export interface Origins {
  readonly resourceManager: string;
  readonly login: string;
  readonly graph: string;
}

export const resourceManagerAudience = 'https://management.core.windows.net/';

/**
 * Clients that derive a token's audience from an address tell Resource Manager and Graph apart by their origin, so
 * the two use different names of this machine on one port.
 */
export function originsFor(port: number): Origins {
  return {
    resourceManager: `https://localhost:${port}`,
    login: `https://localhost:${port}`,
    graph: `https://127.0.0.1:${port}`,
  };
}

/**
 * The document of `/metadata/endpoints`. The login endpoint ends in `adfs`: az then asks nobody but this server,
 * and password sign-in needs no second listener on port 443. The identity provider is `AAD`: Terraform's azurerm takes
 * every other word for an Azure Stack and refuses to start.
 */
export function cloudMetadata(origins: Origins): JsonObject {
  return {
    name: 'Drydock',
    portal: `${origins.resourceManager}/`,
    authentication: {
      loginEndpoint: `${origins.login}/adfs`,
      audiences: [resourceManagerAudience, 'https://management.azure.com/'],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    media: '',
    graphAudience: `${origins.graph}/`,
    graph: `${origins.graph}/`,
    microsoftGraphResourceId: `${origins.graph}/`,
    gallery: `${origins.resourceManager}/`,
    batch: '',
    resourceManager: `${origins.resourceManager}/`,
    suffixes: {
      storage: 'storage.drydock.localhost',
      keyVaultDns: 'vault.drydock.localhost',
      mhsmDns: 'managedhsm.drydock.localhost',
      acrLoginServer: 'azurecr.drydock.localhost',
      sqlServerHostname: 'database.drydock.localhost',
      relayEndpointSuffix: '.servicebus.drydock.localhost',
    },
    dataplaneEndpoints: {},
  };
}
