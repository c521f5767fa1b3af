import type { ResourceType } from '../../arm/index.ts';
import { Fields } from '../fields.ts';

/** Resource bridges (appliances): the host of a custom location on Azure Local. */
export const appliances: ResourceType = {
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
  prepare: (write) => {
    const body = new Fields(write.body['properties'], 'properties');
    return {
      identity: write.body['identity'] ?? { type: 'SystemAssigned' },
      properties: {
        distro: 'AKSEdge',
        infrastructureConfig: { provider: body.object('infrastructureConfig').string('provider') ?? 'HCI' },
        status: 'Running',
        version: '1.5.0',
      },
    };
  },
};
