import type { ArmRoute } from '../contract.ts';
import type { Services } from '../services.ts';
import { callerOf } from './visibility.ts';

/** The caller's own permission blocks at a scope. */
export function permissionRoutes({ access }: Services): ArmRoute[] {
  return [
    {
      method: 'GET',
      path: '{scope}/providers/Microsoft.Authorization/permissions',
      apiVersions: ['2022-04-01', '2018-01-01-preview', '2015-07-01'],
      lowestApiVersion: '2015-07-01',
      handle: async (call) => {
        const scope = call.parameters.scope || '/';
        const roles = await access.rolesAt(callerOf(call).objectId, scope);
        const value = roles.flatMap(({ permissions }) => permissions.map((block) => ({ ...block })));
        return {
          status: 200,
          body: {
            value: value.map(({ actions, notActions, dataActions, notDataActions }) => ({
              actions: [...actions],
              notActions: [...notActions],
              dataActions: [...dataActions],
              notDataActions: [...notDataActions],
            })),
          },
        };
      },
    },
  ];
}
