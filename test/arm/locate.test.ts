import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmRoute } from '../../src/arm/contract.ts';
import { Locator, locate, RouteTable } from '../../src/arm/pipeline/locate.ts';
import { TypeRegistry } from '../../src/arm/registry.ts';
import { widgets } from './things.ts';

const registry = new TypeRegistry([widgets, { ...widgets, type: 'widgets/parts', scope: 'proxy' }]);
const versions = { apiVersions: ['2024-01-01'] };
const route = (path: string): ArmRoute => ({
  ...{ method: 'PUT', path, ...versions },
  handle: async () => ({ status: 200 }),
});
const routes = new RouteTable([
  route(
    `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/${widgets.namespace}/widgets/default`,
  ),
  route(`{scope}/providers/${widgets.namespace}/other/{name}`),
]);
const canonicalPath = (path: string) => path.replace('/alias/', '/widgets/');

test('a path means the same, whichever paths beside it were read before', () => {
  const locator = new Locator({
    registry,
    routes,
    canonicalPath,
    records: { cache: { get: () => undefined } },
  });
  const types = `/subscriptions/s/resourceGroups/g/providers/${widgets.namespace}`;
  const names = [
    'a',
    'A-1',
    'default',
    'Default',
    'providers',
    'b',
    'b/',
    'b//',
    'b/c',
    '',
    'x.y',
    '%61',
    'é',
    '%2F',
    '..',
  ];
  const paths = [
    ...names.map((name) => `${types}/widgets/${name}`),
    ...names.map((name) => `${types}/widgets/b/${name}`),
    ...names.map((name) => `${types}/widgets/b/parts/${name}`),
    ...names.map((name) => `${types}/alias/${name}`),
    ...names.map((name) => `${types}/other/${name}`),
    ...names.map((name) => `/subscriptions/s/resourceGroups/${name}`),
    ...names.map(
      (name) =>
        `//SUBSCRIPTIONS/s/resourcegroups/g/providers/${widgets.namespace.toUpperCase()}/WIDGETS/${name}`,
    ),
    `${types}/widgets/${'n'.repeat(9000)}`,
  ];
  const told = (find: () => unknown) => {
    try {
      return find();
    } catch (thrown) {
      return String(thrown);
    }
  };
  for (const start of paths) {
    for (const path of [start, ...paths]) {
      const found = told(() => locator.find('PUT', path));
      const alone = told(() => locate({ method: 'PUT', path: canonicalPath(path) }, registry, routes));
      assert.deepEqual(found, alone, `${path} after ${start}`);
    }
  }
});
