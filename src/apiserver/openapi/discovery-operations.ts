import { called } from './names.ts';
import { type Operation, objectTypes } from './operation.ts';

/** Name of the definition of what `/version` answers. */
export const versionInfo = 'io.k8s.apimachinery.pkg.version.Info';

const machinery = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Documents of OpenAPI 3 besides those of group versions, by their key: what each lists. */
export function discoveryOperations(groups: readonly string[]): ReadonlyMap<string, readonly Operation[]> {
  const named = groups.filter((group) => group !== '');
  return new Map([
    ['.well-known/openid-configuration', [issuer]],
    ['api', [versions]],
    ['apis', [groupList]],
    ...named.map((group) => [`apis/${group}`, [groupOf(group)]] as const),
    ['openid/v1/jwks', [keys]],
    ['version', [version]],
  ]);
}

/** What lists the resources of a group version. */
export function resourcesOf(group: string, version: string): Operation {
  return {
    ...listing(`${group === '' ? '/api' : `/apis/${group}`}/${version}/`, 'available resources'),
    ...called('get', 'APIResources', group, version),
    answer: `${machinery}.APIResourceList`,
  };
}

function listing(path: string, what: string): Omit<Operation, 'id' | 'tag'> {
  return {
    path,
    method: 'get',
    description: `get ${what}`,
    parameters: [],
    codes: [200],
    consumes: objectTypes,
    produces: objectTypes,
  };
}

function groupOf(group: string): Operation {
  return {
    ...listing(`/apis/${group}/`, 'information of a group'),
    ...called('get', 'APIGroup', group),
    answer: `${machinery}.APIGroup`,
  };
}

const versions: Operation = {
  ...listing('/api/', 'available API versions'),
  ...called('get', 'APIVersions', ''),
  answer: `${machinery}.APIVersions`,
};

const groupList: Operation = {
  ...listing('/apis/', 'available API versions'),
  id: 'getAPIVersions',
  tag: 'apis',
  answer: `${machinery}.APIGroupList`,
};

const version: Operation = {
  ...listing('/version/', 'the version information for this server'),
  id: 'getCodeVersion',
  tag: 'version',
  answer: versionInfo,
  consumes: ['application/json'],
  produces: ['application/json'],
};

const issuer: Operation = {
  ...listing(
    '/.well-known/openid-configuration/',
    "service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
  ),
  id: 'getServiceAccountIssuerOpenIDConfiguration',
  tag: 'WellKnown',
  consumes: [],
  produces: ['application/json'],
};

const keys: Operation = {
  ...listing(
    '/openid/v1/jwks/',
    'service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
  ),
  id: 'getServiceAccountIssuerOpenIDKeyset',
  tag: 'openid',
  consumes: [],
  produces: ['application/jwk-set+json'],
};
