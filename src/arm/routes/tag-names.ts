import { isObject, type JsonObject } from '../../base/index.ts';
import type { ArmRoute, ResourceRecord, RouteCall } from '../contract.ts';
import { ArmError, refusals } from '../errors.ts';
import { resourceManagerVersions } from '../resource-versions.ts';
import type { Services } from '../services.ts';
import { readTags, tagLimits } from '../tags.ts';

/** Names that a subscription keeps though nothing carries them; values per name. This estate's. */
const tagNameLimits = { names: 500, valuesPerName: 500 } as const;

const path = '/subscriptions/{subscriptionId}/tagNames';
const permission = 'Microsoft.Resources/subscriptions/tagNames';
const versions = { apiVersions: resourceManagerVersions, lowestApiVersion: '2015-11-01' } as const;

/** Values by name, both as they were first written; `Map` because a name may be any text. */
type Names = Map<string, { readonly name: string; readonly values: Map<string, number>; count: number }>;

/**
 * Tag names of a subscription: those that were made beforehand, and those that its resources carry.
 * Source: https://learn.microsoft.com/rest/api/resources/tags/list
 */
export function tagNameRoutes(services: Services): ArmRoute[] {
  const route = (method: ArmRoute['method'], below: string, handle: ArmRoute['handle']): ArmRoute => ({
    method,
    path: `${path}${below}`,
    ...versions,
    permission: `${permission}${below.includes('tagValues') ? '/tagValues' : ''}/${verbs[method]}`,
    handle,
  });
  return [
    route('GET', '', (call) => ({
      status: 200,
      body: { value: [...namesOf(services, call).values()].map((one) => renderName(call, one)) },
    })),
    route('PUT', '/{name}', (call) => keep(services, call)),
    route('PUT', '/{name}/tagValues/{value}', (call) => keep(services, call)),
    route('DELETE', '/{name}', (call) => drop(services, call)),
    route('DELETE', '/{name}/tagValues/{value}', (call) => drop(services, call)),
  ];
}

const verbs: Readonly<Record<ArmRoute['method'], string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  POST: 'write',
  DELETE: 'delete',
};

function namesOf({ records }: Services, call: RouteCall): Names {
  const scope = `/subscriptions/${call.parameters.subscriptionId}`;
  const names: Names = new Map();
  const add = (name: string, values: readonly string[], count: number) => {
    const key = name.toLowerCase();
    const known = names.get(key) ?? { name, values: new Map<string, number>(), count: 0 };
    known.count += count;
    for (const value of values) known.values.set(value, (known.values.get(value) ?? 0) + count);
    names.set(key, known);
  };
  for (const [name, values] of keptNames(records.cache.get(scope)?.record)) add(name, values, 0);
  for (const { tags } of records.cache.list(scope)) {
    for (const [name, value] of Object.entries(tags ?? {})) add(name, [value], 1);
  }
  return names;
}

function keptNames(subscription: ResourceRecord | undefined): [string, string[]][] {
  const kept = subscription?.internal?.tagNames;
  return Object.entries(isObject(kept) ? kept : {}).map(([name, values]) => [
    name,
    Array.isArray(values) ? values.map(String) : [],
  ]);
}

async function keep(services: Services, call: RouteCall) {
  const { subscriptionId, name = '', value } = call.parameters;
  readTags(Object.fromEntries([[name, value ?? '']]));
  const before = namesOf(services, call).get(name.toLowerCase());
  await services.records.update(`/subscriptions/${subscriptionId}`, (subscription) => {
    const names = new Map(keptNames(subscription));
    const known = [...names.keys()].find((one) => one.toLowerCase() === name.toLowerCase());
    if (value !== undefined && known === undefined && !before) throw missing(name);
    const values = names.get(known ?? name) ?? [];
    const more = value === undefined || values.includes(value) ? values : [...values, value];
    names.set(known ?? name, more);
    if (names.size > tagNameLimits.names || more.length > tagNameLimits.valuesPerName) throw tooMany();
    return { ...subscription, internal: { ...subscription.internal, tagNames: Object.fromEntries(names) } };
  });
  const after = namesOf(services, call).get(name.toLowerCase());
  if (!after) throw missing(name);
  const isNew = value === undefined ? !before : !before?.values.has(value);
  return {
    status: isNew ? 201 : 200,
    body:
      value === undefined
        ? renderName(call, after)
        : renderValue(call, after.name, [value, after.values.get(value) ?? 0]),
  };
}

async function drop(services: Services, call: RouteCall) {
  const { subscriptionId, name = '', value } = call.parameters;
  const known = namesOf(services, call).get(name.toLowerCase());
  const used = value === undefined ? known?.count : known?.values.get(value);
  if (used === undefined) return { status: 204 };
  if (used > 0) {
    throw new ArmError(
      409,
      'Conflict',
      `The tag '${name}' is used by ${used} resources. Take it off them first.`,
    );
  }
  await services.records.update(`/subscriptions/${subscriptionId}`, (subscription) => {
    const names = keptNames(subscription)
      .filter(([one]) => value !== undefined || one.toLowerCase() !== name.toLowerCase())
      .map(([one, values]): [string, string[]] =>
        one.toLowerCase() === name.toLowerCase()
          ? [one, values.filter((other) => other !== value)]
          : [one, values],
      );
    return { ...subscription, internal: { ...subscription.internal, tagNames: Object.fromEntries(names) } };
  });
  return { status: 200 };
}

function renderName(
  call: RouteCall,
  {
    name,
    values,
    count,
  }: { readonly name: string; readonly values: ReadonlyMap<string, number>; readonly count: number },
): JsonObject {
  return {
    id: `/subscriptions/${call.parameters.subscriptionId}/tagNames/${name}`,
    tagName: name,
    count: { type: 'Total', value: count },
    values: [...values].map((one) => renderValue(call, name, one)),
  };
}

function renderValue(call: RouteCall, name: string, [value, count]: readonly [string, number]): JsonObject {
  return {
    id: `/subscriptions/${call.parameters.subscriptionId}/tagNames/${name}/tagValues/${value}`,
    tagValue: value,
    count: { type: 'Total', value: count },
  };
}

function missing(name: string): ArmError {
  return new ArmError(404, 'TagNameNotFound', `The tag name '${name}' could not be found. Create it first.`);
}

function tooMany(): ArmError {
  return refusals.invalidTags(
    `A subscription keeps at most ${tagNameLimits.names} tag names with ${tagNameLimits.valuesPerName} values each; names have at most ${tagLimits.nameCharacters} characters.`,
  );
}
