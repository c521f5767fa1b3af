/** A verified token. */
export interface Principal {
  readonly objectId: string;
  readonly tenantId: string;
  readonly type: 'User' | 'ServicePrincipal' | 'ManagedIdentity';
  /** User principal name, or application id. */
  readonly name: string;
  readonly applicationId: string;
  readonly audience: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The audiences tokens are issued for; verification names the one it accepts. */
export type Audience = 'resource-manager' | 'graph' | 'kubernetes' | 'arc';

/** Application ids that Azure's own clients and services use. */
export const firstPartyApplications = {
  azureCli: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  aksServer: '6dae42f8-4368-4678-94ff-3960e28e3630',
  aksClient: '80faf920-1908-4b52-b5ef-a8e7bedfc67a',
  arcServer: '6256c85f-0aad-4d50-b960-e6e9b21efe35',
  fleet: '609d2f62-527f-4451-bfd2-ac2c7850822c',
} as const;
