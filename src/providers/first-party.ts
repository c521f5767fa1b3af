/** Application ids of the Entra applications that Azure's Kubernetes servers and clients use. */
export const firstPartyKubernetes = {
  /** `Azure Kubernetes Service AAD Server`: audience of tokens for AKS and fleet hubs. */
  server: '6dae42f8-4368-4678-94ff-3960e28e3630',
  client: '80faf920-1908-4b52-b5ef-a8e7bedfc67a',
  /** `Azure Arc Kubernetes`: audience of tokens for connected clusters. */
  arcServer: '6256c85f-0aad-4d50-b960-e6e9b21efe35',
} as const;
