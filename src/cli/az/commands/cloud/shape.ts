import type { JsonObject } from '../../../../base/index.ts';
import type { Estate } from '../../profile/estate.ts';

/** The estate as az describes a cloud. */
export function cloudOf(estate: Estate): JsonObject {
  return {
    endpoints: {
      activeDirectory: estate.login,
      activeDirectoryDataLakeResourceId: null,
      activeDirectoryGraphResourceId: null,
      activeDirectoryResourceId: estate.audience,
      appInsightsResourceId: null,
      appInsightsTelemetryChannelResourceId: null,
      attestationResourceId: null,
      azmirrorStorageAccountResourceId: null,
      batchResourceId: null,
      gallery: null,
      logAnalyticsResourceId: null,
      management: estate.audience,
      mediaResourceId: null,
      microsoftGraphResourceId: `${estate.graph}/`,
      ossrdbmsResourceId: null,
      portal: null,
      resourceManager: `${estate.resourceManager}/`,
      sqlManagement: null,
      synapseAnalyticsResourceId: null,
      vmImageAliasDoc: null,
    },
    isActive: true,
    name: estate.cloudName,
    profile: 'latest',
    suffixes: {},
  };
}
