import type { ResourceType } from '../../src/arm/index.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';

const common = {
  namespace: 'Contoso.Things',
  apiVersions: ['2024-05-01', '2023-01-01-preview'],
  lowestApiVersion: '2023-01-01',
  name: { pattern: /^[a-z][a-z0-9-]{0,20}$/i, rule: '1 to 21 letters, digits and hyphens' },
} as const;

const asSent = ({ body }: { body: JsonObject }) => ({
  properties: isObject(body.properties) ? body.properties : {},
});

/** Finished at once; has an etag, an identity and two actions. */
export const widgets: ResourceType = {
  ...common,
  type: 'widgets',
  scope: 'tracked',
  lifecycle: 'immediate',
  etagMember: 'etag',
  envelope: ['sku', 'kind', 'identity'],
  locations: ['East US', 'West US 2'],
  prepare: asSent,
  actions: {
    listKeys: { run: async ({ record }) => ({ keys: [record.name] }) },
    restart: { run: async () => null },
    measure: { mode: 'later', run: async ({ body }) => ({ measured: body.what ?? null }) },
    explode: {
      mode: 'later',
      run: async () => {
        throw new Error('secret detail');
      },
    },
  },
};

/** A child of a widget. */
export const parts: ResourceType = {
  ...common,
  type: 'widgets/parts',
  scope: 'proxy',
  lifecycle: 'immediate',
  prepare: asSent,
};

/** Finished by a loop. */
export const engines: ResourceType = {
  ...common,
  type: 'engines',
  scope: 'tracked',
  lifecycle: 'converged',
  etagMember: 'eTag',
  prepare: asSent,
};

/** Lives behind any id. */
export const notes: ResourceType = {
  ...common,
  type: 'notes',
  scope: 'extension',
  lifecycle: 'immediate',
  prepare: asSent,
};

export const things: readonly ResourceType[] = [widgets, parts, engines, notes];

/** Query of the newest version of these types. */
export const version = 'api-version=2024-05-01';

/** `{group}/providers/Contoso.Things/{rest}` with a version. */
export function thing(group: string, rest: string, query = ''): string {
  return `${group}/providers/Contoso.Things/${rest}?${version}${query}`;
}
