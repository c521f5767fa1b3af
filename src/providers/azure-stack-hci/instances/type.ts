import type { ResourceType } from '../../../arm/index.ts';
import { dropIdentity, type IdentityParts, identityAtOnce } from '../../system-identity.ts';
import { conformInstance } from '../shape.ts';

/** Azure Local instances: kept as sent, so that a custom location has something to stand on. */
export function localInstances(identities: IdentityParts): ResourceType {
  return {
    namespace: 'Microsoft.AzureStackHCI',
    type: 'clusters',
    apiVersions: ['2024-04-01', '2024-01-01', '2023-08-01', '2023-02-01'],
    lowestApiVersion: '2023-02-01',
    scope: 'tracked',
    name: {
      pattern: /^[a-zA-Z0-9][-a-zA-Z0-9]{0,38}[a-zA-Z0-9]$/,
      rule: '2 to 40 letters, digits and hyphens',
    },
    lifecycle: 'immediate',
    // Its clients take nothing else.
    statuses: { create: 200 },
    envelope: ['identity', 'kind'],
    conform: conformInstance,
    prepare: async (write) => {
      const identity = await identityAtOnce(write, write.body['identity'], identities);
      return {
        ...(identity !== undefined && { identity }),
        properties: {
          ...propertiesOf(write.body['properties']),
          status: 'ConnectedRecently',
          connectivityStatus: 'Connected',
        },
      };
    },
    afterDelete: (record, { fence }) => dropIdentity(record, identities, fence),
  };
}

function propertiesOf(value: unknown) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
