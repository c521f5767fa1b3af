import { deserializes } from '../../deserialized.ts';
import { knownShapes } from '../../known-shapes.ts';
import type { Shape } from '../../shape.ts';

/**
 * Members of connected clusters in all published versions: the SDK's has those of one.
 * Source: https://learn.microsoft.com/rest/api/hybridkubernetes
 */
const connectedCluster: Shape = {
  ...knownShapes.connectedClusters,
  distributionVersion: 'text',
  inboundConnectivityState: 'text',
  privateLinkState: 'text',
  privateLinkScopeResourceId: 'text',
  azureHybridBenefit: 'text',
  aadProfile: {
    enableAzureRBAC: 'boolean',
    adminGroupObjectIDs: ['text'],
    tenantID: 'text',
    tenantId: 'text',
    clientAppId: 'text',
    serverAppId: 'text',
  },
  arcAgentProfile: {
    desiredAgentVersion: 'text',
    agentAutoUpgrade: 'text',
    systemComponents: [
      { type: 'text', userSpecifiedVersion: 'text', majorVersion: 'integer', currentVersion: 'text' },
    ],
    agentErrors: 'any',
    agentState: 'text',
  },
  securityProfile: { workloadIdentity: { enabled: 'boolean' } },
  oidcIssuerProfile: { enabled: 'boolean', issuerUrl: 'text', selfHostedIssuerUrl: 'text' },
  gateway: { enabled: 'boolean', resourceId: 'text' },
  arcAgentryConfigurations: [
    { feature: 'text', settings: { '*': 'text' }, protectedSettings: { '*': 'text' } },
  ],
  miscellaneousProperties: 'any',
};

export const conformConnectedCluster = deserializes(connectedCluster);
