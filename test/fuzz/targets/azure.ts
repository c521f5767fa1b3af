import assert from 'node:assert/strict';
import { ArmError } from '../../../src/arm/errors.ts';
import { compileFilter } from '../../../src/arm/filter.ts';
import {
  groupIdOf,
  isWithin,
  parentId,
  parseId,
  parsePath,
  resourceId,
  roleScopeOf,
  splitPath,
  subscriptionOf,
} from '../../../src/arm/ids.ts';
import { isAtLeastVersion, isSupportedVersion, isVersion } from '../../../src/arm/versions.ts';
import type { Random } from '../../../src/base/index.ts';
import { AzError, UsageError } from '../../../src/cli/az/errors.ts';
import { readKubeconfig } from '../../../src/cli/az/kubeconfig/merge.ts';
import { compileQuery } from '../../../src/cli/az/output/query.ts';
import { GraphError } from '../../../src/identity/graph/errors.ts';
import { parseFilter } from '../../../src/identity/graph/filter.ts';
import { parseGraphPath } from '../../../src/identity/graph/paths.ts';
import { readParameters } from '../../../src/identity/login/exchange.ts';
import { parseLoginPath } from '../../../src/identity/login/paths.ts';
import { readAccessToken } from '../../../src/identity/tokens/claims.ts';
import { grantedScope, parseScopes } from '../../../src/identity/tokens/scopes.ts';
import { parseAddressPrefix } from '../../../src/providers/network/cidr.ts';
import { hostileTexts, pick } from '../inputs/hostile.ts';
import { textForm } from '../inputs/text.ts';
import { isRefusal, type Target } from '../target.ts';

const subscription = '/subscriptions/00000000-0000-0000-0000-000000000001';
const cluster = `${subscription}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c`;

/** Ids of resources: what is read, printed and read again is the same resource. */
export const armIds: Target<string> = {
  name: 'arm-id',
  form: textForm,
  corpus: () => [
    cluster,
    `${cluster}/agentPools/p`,
    `${cluster}/providers/Microsoft.Authorization/roleAssignments/r`,
    `${subscription}/resourceGroups/g`,
    subscription,
    '/providers/Microsoft.Management/managementGroups/m',
  ],
  run(text) {
    for (const read of [subscriptionOf, groupIdOf, parentId, roleScopeOf]) read(text);
    assert.equal(isWithin(text, text), true);
    const path = splitPath(text);
    if (path) parsePath(path);
    const id = parseId(text);
    if (!id || id.names.length === 0) return;
    const printed = resourceId(id);
    const again = parseId(printed);
    assert.deepEqual(again && resourceId(again), printed, 'printed and read again');
    assert.ok(isWithin(printed, id.scope), 'a resource lies in its scope');
  },
};

const record = {
  id: cluster,
  name: 'c',
  type: 'Microsoft.ContainerService/managedClusters',
  location: 'westeurope',
  tags: { a: 'b' },
};
const names = [
  'resourceType',
  'name',
  'location',
  'tagName',
  'tagValue',
  'resourceGroup',
  'plan/publisher',
  '$x',
];

function condition(random: Random, depth: number): string {
  const text = () => `'${pick(random, ['c', 'a', '', "it''s", ...hostileTexts])}'`;
  if (depth > 0 && random.integer(2) === 0) {
    const [left, right] = [condition(random, depth - 1), condition(random, depth - 1)];
    return pick(random, [`${left} and ${right}`, `${left} or ${right}`, `not (${left})`, `(${left})`]);
  }
  const name = pick(random, names);
  return pick(random, [
    `${name} ${pick(random, ['eq', 'ne', 'gt', 'EQ'])} ${text()}`,
    `startswith(${name}, ${text()})`,
    `substringof(${text()}, ${name})`,
    `${name} in (${text()}, ${text()})`,
    `tags/any(t: t eq ${text()})`,
  ]);
}

/** `$filter` of Resource Manager. */
export const armFilters: Target<string> = {
  name: 'arm-filter',
  form: textForm,
  corpus: () => [
    "resourceType eq 'Microsoft.ContainerService/fleets' and tagName eq 'a' and tagValue eq 'b'",
    "startswith(tagName, 'x') or not (name ne 'y')",
    "substringof('a', name)",
  ],
  generate: (random) => condition(random, 3),
  refuses: (thrown) => thrown instanceof ArmError && thrown.status === 400,
  run(text) {
    // What filters look at, and no more.
    assert.equal(typeof compileFilter(text)(record as never), 'boolean');
  },
};

const properties = new Set([
  'displayName',
  'id',
  'appId',
  'servicePrincipalNames',
  'accountEnabled',
  'identities',
]);
const directoryObject = {
  displayName: 'x',
  id: '1',
  servicePrincipalNames: ['a', 'b'],
  accountEnabled: true,
};

/** `$filter` of the directory. */
export const graphFilters: Target<string> = {
  name: 'graph-filter',
  form: textForm,
  corpus: () => [
    "displayName eq 'x' and accountEnabled eq true",
    "servicePrincipalNames/any(c:c eq 'a') or startswith(displayName,'y')",
    "id in ('1','2') and not (appId ge '3')",
    'createdDateTime ge 2024-01-01T00:00:00Z',
  ],
  generate: (random) => condition(random, 3).replaceAll('name', 'displayName'),
  refuses: (thrown) => thrown instanceof GraphError && thrown.status === 400,
  run(text) {
    for (const known of [properties, undefined])
      assert.equal(typeof parseFilter(text, known)(directoryObject), 'boolean');
  },
};

/** `--query` of az. */
export const jmesPaths: Target<string> = {
  name: 'jmespath',
  form: textForm,
  corpus: () => [
    "[?location=='westeurope'].{name:name, tags:tags.a}[0]",
    "length(@) > `1` && contains(name, 'c') || !tags",
    'sort_by(@, &name)[*].id | [0:5:2]',
    'values(tags)[].join(\',\', [@, "x"])',
  ],
  refuses: (thrown) => thrown instanceof UsageError || thrown instanceof AzError,
  run(text) {
    const query = compileQuery(text);
    for (const value of [record, [record, record], null, 'x']) JSON.stringify(query.apply(value));
  },
};

/** api-versions. */
export const apiVersions: Target<string> = {
  name: 'api-version',
  form: textForm,
  corpus: () => ['2024-01-01', '2024-01-01-preview', '9999-99-99'],
  run(text) {
    const supported = { apiVersions: ['2024-01-01'], lowestApiVersion: '2020-01-01' };
    if (isSupportedVersion(text, supported, 1_700_000_000_000)) assert.ok(isVersion(text));
    if (isVersion(text)) assert.ok(isAtLeastVersion(text, text));
  },
};

/** Paths of Graph and of the sign-in, scopes, and the forms that come with them. */
export const signInTexts: Target<string> = {
  name: 'sign-in',
  form: textForm,
  corpus: () => [
    "/v1.0/applications(appId='x')/owners/microsoft.graph.user",
    '/adfs/common/oauth2/v2.0/token',
    'https://management.azure.com//.default openid offline_access',
    'grant_type=client_credentials&client_id=a&client_secret=%25&scope=x%2F.default',
  ],
  async run(text) {
    const path = parseGraphPath(text);
    assert.ok(path.segments.every((segment) => typeof segment === 'string'));
    parseLoginPath(text);
    try {
      assert.equal(typeof grantedScope(parseScopes(text)), 'string');
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
    }
    // All that is read of a request here.
    const request = { method: 'POST', rawQuery: text, body: async () => Buffer.from(text) };
    await readParameters(request as never);
  },
};

function token(header: unknown, claims: unknown): string {
  return [header, claims, 'sig']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

/** Access tokens before anybody trusts them. */
export const accessTokens: Target<string> = {
  name: 'access-token',
  form: textForm,
  corpus: () => [
    token(
      { alg: 'RS256', kid: 'k' },
      { iss: 'i', aud: 'a', oid: 'o', appid: 'p', exp: 2, nbf: 1, cnf: { kid: 'x' } },
    ),
    'a.b.c',
  ],
  generate: (random) =>
    token(
      { kid: pick(random, hostileTexts) },
      { [pick(random, hostileTexts)]: 1, exp: pick(random, hostileTexts) },
    ),
  run(text) {
    assert.equal(typeof readAccessToken(text).kid, 'string');
  },
};

/** Kubeconfigs that are merged into a file. */
export const kubeconfigs: Target<string> = {
  name: 'kubeconfig',
  form: textForm,
  corpus: () => [
    'apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {server: https://a}\ncontexts: []\nusers: []\ncurrent-context: c\n',
    '# nothing\n',
    '{"kind":"Config","clusters":[{"name":"c"}]}',
  ],
  refuses: (thrown) => thrown instanceof AzError,
  run(text) {
    readKubeconfig(text, 'the file');
  },
};

/** Ranges of addresses. */
export const addressRanges: Target<string> = {
  name: 'address-range',
  form: textForm,
  corpus: () => ['10.0.0.0/8', '2001:db8::/32', '::ffff:1.2.3.4/120', '0.0.0.0/0'],
  refuses: (thrown) => isRefusal(thrown) || thrown instanceof ArmError,
  run(text) {
    parseAddressPrefix(text);
  },
};
