import type { ResourceType } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { hybridNamespace, hybridVersions } from '../api-versions.ts';
import { conformIdentityMetadata } from '../shape.ts';

/** What an agent in a cluster is known by: kept as sent, so that whoever wrote it reads it again. */
export const hybridIdentityMetadata: ResourceType = {
  namespace: hybridNamespace,
  type: 'provisionedClusterInstances/hybridIdentityMetadata',
  apiVersions: hybridVersions,
  scope: 'extension',
  name: { pattern: /^default$/i, rule: "the name is always 'default'" },
  lifecycle: 'immediate',
  announcesOperations: 'deletes',
  verbs: ['get', 'list', 'put', 'delete'],
  conform: conformIdentityMetadata,
  prepare({ body }) {
    const properties = new Fields(body['properties'], 'properties');
    if (!new Fields(body).has('properties'))
      throw new Fields(body).wrong('properties', 'the member is required');
    const { provisioningState: _own, ...kept } = properties.value;
    return { properties: kept };
  },
};
