import { ArmError, type ArmRoute } from '../../../arm/index.ts';

/** The activity log is not kept: asking for it says so instead of answering an empty one. */
export const activityLogRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values',
    options: 'any',
    apiVersions: ['2015-04-01', '2014-04-01'],
    lowestApiVersion: '2014-04-01',
    permission: 'Microsoft.Insights/eventtypes/values/read',
    handle: () => {
      throw new ArmError(501, 'NotImplemented', 'This estate keeps no activity log.');
    },
  },
];
