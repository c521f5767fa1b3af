import { ArmError, type ArmRoute, type RouteCall, resourceManagerVersions } from '../../../arm/index.ts';

const path = '{scope}/providers/Microsoft.Resources/deployments';
const versions = {
  apiVersions: ['2026-06-01', ...resourceManagerVersions],
  lowestApiVersion: '2015-11-01',
} as const;

/** Template deployments are not built: lists are empty, everything else says so. */
export const deploymentRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path,
    // An empty list is the answer to every filter.
    options: ['$filter', '$top'],
    ...versions,
    permission: 'Microsoft.Resources/deployments/read',
    handle: () => ({ status: 200, body: { value: [] } }),
  },
  {
    method: 'GET',
    path: `${path}/{name}`,
    ...versions,
    permission: 'Microsoft.Resources/deployments/read',
    handle: missing,
  },
  {
    method: 'GET',
    path: `${path}/{name}/operations`,
    ...versions,
    permission: 'Microsoft.Resources/deployments/operations/read',
    handle: missing,
  },
  {
    method: 'DELETE',
    path: `${path}/{name}`,
    ...versions,
    permission: 'Microsoft.Resources/deployments/delete',
    handle: () => ({ status: 204 }),
  },
  {
    method: 'PUT',
    path: `${path}/{name}`,
    ...versions,
    permission: 'Microsoft.Resources/deployments/write',
    // Templates come as az writes them, which is not JSON, with comments and names without quotes.
    ignoresBody: true,
    handle: refuse,
  },
  {
    method: 'POST',
    path: `${path}/{name}/{action}`,
    ...versions,
    permission: 'Microsoft.Resources/deployments/write',
    ignoresBody: true,
    handle: refuse,
  },
];

function missing({ parameters }: RouteCall): never {
  throw new ArmError(404, 'DeploymentNotFound', `Deployment '${parameters.name}' could not be found.`);
}

function refuse(): never {
  throw new ArmError(
    501,
    'NotImplemented',
    'Template deployments are not built in Drydock yet. Create the resources one by one.',
  );
}
