import { isObject, type JsonObject } from '../../../../base/index.ts';
import type { Values } from '../../declaration.ts';
import { list, resourceGroupFilter, text, toggle } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { readIds } from '../../ids.ts';
import type { Session } from '../../session.ts';
import { fillModel, type Model } from '../../shape/flatten.ts';

const group = 'Resource Id Arguments';

/** Flags that name one resource of any type, or several by their ids. */
export const resourceTarget = {
  ids: list('--ids', 'One or more resource IDs (space-delimited).', { group }),
  resourceGroup: { ...resourceGroupFilter(), group },
  name: text('--name -n', 'The resource name.', { group }),
  resourceType: text('--resource-type', "The resource's type, with or without its namespace.", { group }),
  namespace: text('--namespace', "Provider namespace, e.g. 'Microsoft.Network'.", { group }),
  parent: text('--parent', "The parent path, e.g. 'virtualNetworks/myvnet'.", { group }),
  apiVersion: text('--api-version', 'The api version of the resource (omit for the latest stable version).', {
    group,
  }),
  preview: toggle('--latest-include-preview -v', 'Take the latest api-version even if it is a preview.', {
    group,
  }),
} as const;

type Target = Values<typeof resourceTarget>;

export interface NamedResource {
  readonly id: string;
  readonly apiVersion: string;
}

/** The resources that the flags name, each with the api-version to use. */
export async function namedResources(session: Session, flags: Target): Promise<NamedResource[]> {
  const ids = flags.ids ? readIds(flags.ids) : [idOfParts(session, flags)];
  return Promise.all(
    ids.map(async (id) => ({
      id,
      apiVersion: flags.apiVersion ?? (await latestVersion(session, id, flags.preview)),
    })),
  );
}

/** Runs `action` on each named resource; one result stands alone, several form a list. */
export async function onEach<T>(
  session: Session,
  flags: Target,
  action: (resource: NamedResource) => Promise<T>,
): Promise<T | T[]> {
  const results = await Promise.all((await namedResources(session, flags)).map(action));
  const [only] = results;
  return results.length === 1 && only !== undefined ? only : results;
}

function idOfParts(session: Session, flags: Target): string {
  const { resourceGroup, name, resourceType, namespace, parent } = flags;
  if (name === undefined || resourceType === undefined) {
    throw new AzError('(--ids | --resource-group --name --resource-type [--namespace]) are required');
  }
  const slash = resourceType.indexOf('/');
  const space = slash < 0 ? namespace : resourceType.slice(0, slash);
  const type = slash < 0 ? resourceType : resourceType.slice(slash + 1);
  if (space === undefined)
    throw new AzError(
      'usage error: --resource-type NAMESPACE/TYPE | --namespace NAMESPACE --resource-type TYPE',
    );
  const place = resourceGroup === undefined ? '' : `/resourceGroups/${resourceGroup}`;
  const segments = parent === undefined ? typeAndName(type, name) : `${parent}/${type}/${name}`;
  return `/subscriptions/${session.subscriptionId}${place}/providers/${space}/${segments}`;
}

/** `a/b` and `x/y` make `a/x/b/y`. */
function typeAndName(type: string, name: string): string {
  const types = type.split('/');
  const names = name.split('/');
  if (types.length !== names.length) return `${type}/${name}`;
  return types.map((one, i) => `${one}/${names[i]}`).join('/');
}

/** The newest stable api-version of a resource's type, or the newest preview where there is none. */
async function latestVersion(session: Session, id: string, preview: boolean): Promise<string> {
  const providers = id.split(/\/providers\//i);
  const [namespace = '', ...rest] = (providers.at(-1) ?? '').split('/');
  const type = rest.filter((_, i) => i % 2 === 0).join('/');
  if (providers.length < 2) return '2024-11-01';
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(id)?.[1] ?? session.subscriptionId;
  const provider = await session.arm.get(
    `/subscriptions/${subscription}/providers/${namespace}`,
    '2024-11-01',
  );
  const types = Array.isArray(provider['resourceTypes']) ? provider['resourceTypes'].filter(isObject) : [];
  const found = types.find((one) => String(one['resourceType']).toLowerCase() === type.toLowerCase());
  const versions = found && Array.isArray(found['apiVersions']) ? found['apiVersions'].map(String) : [];
  if (versions.length === 0) throw new AzError(`Resource type '${type}' not found.`);
  const sorted = versions.toSorted().reverse();
  const stable = sorted.find((one) => !/preview/i.test(one));
  return (preview ? sorted[0] : stable) ?? sorted[0] ?? '';
}

const model: Model = {
  extendedLocation: null,
  id: null,
  identity: { principalId: null, tenantId: null, type: null, userAssignedIdentities: null },
  kind: null,
  location: null,
  managedBy: null,
  name: null,
  plan: null,
  sku: { capacity: null, family: null, model: null, name: null, size: null, tier: null },
  tags: null,
  type: null,
};

/** A resource of any type as printed: the generic members, nulls included, and what else the service sends. */
export function presentResource(body: JsonObject): JsonObject {
  const { properties, ...rest } = body;
  return { ...rest, ...fillModel(model, rest), properties: properties ?? null };
}
