import { isObject, type JsonObject } from '../../base/index.ts';
import type { ArmRoute, ResourceManagerOptions } from '../contract.ts';

/**
 * `/metadata/endpoints`: what clients learn a cloud from, before they have a token. Three forms: 2015-01-01 (a few
 * endpoints), a list of clouds (2019-05-01 and whoever names no version, as `ARM_CLOUD_METADATA_URL` wants it), and
 * one cloud (2022-09-01 and later).
 */
export function metadataRoutes(options: ResourceManagerOptions): ArmRoute[] {
  const { metadata } = options;
  if (!metadata) return [];
  return [
    {
      method: 'GET',
      path: '/metadata/endpoints',
      apiVersions: [],
      anonymous: true,
      handle: ({ apiVersion, origin }) => {
        const cloud = metadata(origin);
        if (apiVersion >= '2022-09-01') return { status: 200, body: cloud };
        if (apiVersion !== '' && apiVersion < '2019-05-01') return { status: 200, body: firstForm(cloud) };
        return { status: 200, body: [cloud] };
      },
    },
  ];
}

function firstForm(cloud: JsonObject): JsonObject {
  const authentication = isObject(cloud.authentication) ? cloud.authentication : {};
  return {
    galleryEndpoint: cloud.gallery ?? cloud.resourceManager,
    graphEndpoint: cloud.graph ?? cloud.graphAudience ?? cloud.microsoftGraphResourceId,
    portalEndpoint: cloud.portal ?? cloud.resourceManager,
    authentication: {
      loginEndpoint: authentication.loginEndpoint,
      audiences: authentication.audiences,
    },
  };
}
