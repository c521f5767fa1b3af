import type { ResourceType } from '../../arm/index.ts';
import { Fields } from '../fields.ts';
import { dropIdentity, type IdentityParts, identityAtOnce } from '../system-identity.ts';

/** Resource bridges (appliances): the host of a custom location on Azure Local. */
export function appliances(identities: IdentityParts): ResourceType {
  return {
    namespace: 'Microsoft.ResourceConnector',
    type: 'appliances',
    apiVersions: ['2022-10-27', '2022-04-15-preview'],
    lowestApiVersion: '2022-04-15-preview',
    scope: 'tracked',
    name: {
      pattern: /^[a-zA-Z0-9][-_.a-zA-Z0-9]{0,63}$/,
      rule: '1 to 64 letters, digits, dots, hyphens and underscores',
    },
    lifecycle: 'immediate',
    envelope: ['identity'],
    prepare: async (write) => {
      const body = new Fields(write.body['properties'], 'properties');
      const provider = body.object('infrastructureConfig').string('provider') ?? 'HCI';
      const asked = write.body['identity'] ?? write.stored?.identity ?? { type: 'SystemAssigned' };
      const identity = await identityAtOnce(write, asked, identities);
      return {
        ...(identity !== undefined && { identity }),
        properties: {
          distro: 'AKSEdge',
          infrastructureConfig: { provider },
          status: 'Running',
          version: '1.5.0',
        },
      };
    },
    afterDelete: (record, { fence }) => dropIdentity(record, identities, fence),
  };
}
