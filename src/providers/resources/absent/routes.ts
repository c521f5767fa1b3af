import { ArmError, type ArmRoute } from '../../../arm/index.ts';

type Absent = readonly [name: string, methods: readonly ArmRoute['method'][], path: string];

/** Services of Azure that people call beside what is built here, with the name that the refusal gives them. */
const absent: readonly Absent[] = [
  ['calculateTemplateHash', ['POST'], '/providers/Microsoft.Resources/calculateTemplateHash'],
  ...(['deploymentStacks', 'deploymentScripts', 'templateSpecs'] as const).flatMap((type): Absent[] => [
    [type, ['GET'], `{scope}/providers/Microsoft.Resources/${type}`],
    [type, ['GET', 'PUT', 'PATCH', 'DELETE'], `{scope}/providers/Microsoft.Resources/${type}/{name}`],
    [type, ['POST'], `{scope}/providers/Microsoft.Resources/${type}/{name}/{action}`],
  ]),
  ['elevateAccess', ['POST'], '/providers/Microsoft.Authorization/elevateAccess'],
  ['Management groups', ['GET'], '/providers/Microsoft.Management/managementGroups'],
  [
    'Management groups',
    ['GET', 'PUT', 'PATCH', 'DELETE'],
    '/providers/Microsoft.Management/managementGroups/{name}',
  ],
  ['Azure Policy', ['GET'], '{scope}/providers/Microsoft.Authorization/policyAssignments'],
  [
    'Azure Policy',
    ['GET', 'PUT', 'DELETE'],
    '{scope}/providers/Microsoft.Authorization/policyAssignments/{name}',
  ],
  ['Azure Policy', ['GET'], '{scope}/providers/Microsoft.Authorization/policyDefinitions'],
  [
    'Azure Policy',
    ['GET', 'PUT', 'DELETE'],
    '{scope}/providers/Microsoft.Authorization/policyDefinitions/{name}',
  ],
  ['Preview features', ['GET'], '/subscriptions/{subscriptionId}/providers/Microsoft.Features/features'],
  [
    'Preview features',
    ['GET'],
    '/subscriptions/{subscriptionId}/providers/Microsoft.Features/providers/{namespace}/features',
  ],
  [
    'Preview features',
    ['GET'],
    '/subscriptions/{subscriptionId}/providers/Microsoft.Features/providers/{namespace}/features/{name}',
  ],
  [
    'Preview features',
    ['POST'],
    '/subscriptions/{subscriptionId}/providers/Microsoft.Features/providers/{namespace}/features/{name}/{action}',
  ],
];

const severals: ReadonlySet<string> = new Set(['Management groups', 'Preview features']);

/**
 * Says of each of them that it is not built, to every caller who is signed in: a refusal for want of a right would send people looking
 * for a role that changes nothing.
 */
export const absentRoutes: readonly ArmRoute[] = absent.flatMap(([name, methods, path]) =>
  methods.map((method) => ({
    method,
    path,
    options: 'any',
    apiVersions: [],
    ignoresBody: true,
    handle: () => {
      const verb = severals.has(name) ? 'are' : 'is';
      throw new ArmError(501, 'NotImplemented', `${name} ${verb} not built in Drydock yet.`);
    },
  })),
);
