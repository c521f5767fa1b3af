import { isObject, type JsonObject } from '../../../../base/index.ts';
import type { Flag } from '../../declaration.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';

/** Where deployments are made. */
export interface DeploymentScope {
  /** The word of the command: `group`, `sub`, `tenant`, `mg`. */
  readonly word: string;
  /** As sentences say it. */
  readonly phrase: string;
  readonly base: string;
  readonly flags: Readonly<Record<string, Flag<string>>>;
  readonly needsLocation: boolean;
}

export const scopes = {
  group: {
    word: 'group',
    phrase: 'at resource group',
    base: '/subscriptions/{subscription}/resourcegroups/{resourceGroup}',
    flags: { resourceGroup: resourceGroup() },
    needsLocation: false,
  },
  sub: {
    word: 'sub',
    phrase: 'at subscription scope',
    base: '/subscriptions/{subscription}',
    flags: {},
    needsLocation: true,
  },
  tenant: { word: 'tenant', phrase: 'at tenant scope', base: '', flags: {}, needsLocation: true },
  mg: {
    word: 'mg',
    phrase: 'at management group',
    base: '/providers/Microsoft.Management/managementGroups/{managementGroup}',
    flags: { managementGroup: required('--management-group-id -m', 'The management group id.') },
    needsLocation: true,
  },
} as const satisfies Record<string, DeploymentScope>;

export const deploymentVersion = '2024-11-01';

/** A deployment at a scope. */
export function deploymentNoun(scope: DeploymentScope): Noun {
  return {
    path: `${scope.base}/providers/Microsoft.Resources/deployments/{name}`,
    apiVersion: deploymentVersion,
    names: { ...scope.flags, name: required('--name -n', 'The deployment name.') },
    present: presentDeployment,
    pollSeconds: 1,
  };
}

const members =
  'correlationId debugSetting dependencies diagnostics duration error extensions mode onErrorDeployment outputResources outputs parameters parametersLink providers provisioningState templateHash templateLink timestamp validatedResources validationLevel'.split(
    ' ',
  );

/** A deployment as az prints it: every known member. */
export function presentDeployment(body: JsonObject): JsonObject {
  const properties = isObject(body['properties']) ? body['properties'] : {};
  return {
    id: body['id'] ?? null,
    location: body['location'] ?? null,
    name: body['name'] ?? null,
    properties: Object.fromEntries(members.map((name) => [name, properties[name] ?? null])),
    tags: body['tags'] ?? null,
    type: body['type'] ?? null,
  };
}
