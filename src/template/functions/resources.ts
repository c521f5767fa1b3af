import type { Json } from '../../base/index.ts';
import { TemplateError } from '../errors.ts';
import type { Value } from '../frame.ts';
import { any, type CallSite, define, json, refused, text } from './definition.ts';

/** The index of the argument that is a type: the first one with a slash and a namespace. */
function typeAt(args: readonly Value[], site: CallSite): number {
  const at = args.findIndex((arg) => typeof arg === 'string' && /^[^/]+\/[^/]/.test(arg));
  if (at < 0) {
    throw refused(
      site,
      'function requires exactly one multi-segmented argument which must be resource id including resource provider namespace',
    );
  }
  return at;
}

/** `/providers/{namespace}/{type}/{name}...` of a type and its names. */
function typed(args: readonly Value[], site: CallSite): string {
  const [namespace = '', ...types] = text(args[0], site)
    .split('/')
    .filter((word) => word !== '');
  // A name may stand for several segments.
  const names = args.slice(1).flatMap((arg) => text(arg, site).split('/'));
  if (names.length !== types.length) {
    throw refused(
      site,
      `the type '${text(args[0], site)}' requires '${types.length}' resource name argument(s) and '${names.length}' were given`,
    );
  }
  return `/providers/${namespace}${types.map((type, at) => `/${type}/${names[at]}`).join('')}`;
}

function subscriptionId(given: Value | undefined, site: CallSite): string {
  const found = given === undefined ? site.frame.scope.subscriptionId : text(given, site);
  if (found === undefined) throw refused(site, 'there is no subscription at the scope of this deployment');
  return `/subscriptions/${found}`;
}

function resourceId(args: readonly Value[], site: CallSite): string {
  const at = typeAt(args, site);
  const { scope } = site.frame;
  const own = typed(args.slice(at), site);
  if (at > 2) throw refused(site, 'the first arguments are a subscription id and a resource group');
  if (at === 0 && scope.kind === 'tenant') return own;
  if (at === 0 && scope.kind === 'managementGroup') return scope.id + own;
  const [subscription, group] =
    at === 2 ? [args[0], args[1]] : at === 1 ? splitScope(args[0], site) : [undefined, scope.groupName];
  const base = subscriptionId(subscription, site);
  return group === undefined ? base + own : `${base}/resourceGroups/${text(group, site)}${own}`;
}

/** One argument before the type is a group, or at the scope of a subscription a subscription id. */
function splitScope(arg: Value | undefined, site: CallSite): [Value | undefined, Value | undefined] {
  if (site.frame.scope.kind === 'resourceGroup') return [undefined, arg];
  return [arg, undefined];
}

/** Functions that need the world as it is while the deployment runs. */
function runtimeOnly(site: CallSite): void {
  if (site.frame.place === 'body' || site.frame.place === 'output') return;
  throw new TemplateError(
    `The template function '${site.name}' is not expected at this location. Please see https://aka.ms/arm-functions for usage details.`,
  );
}

/** Ids of resources, and what is known of those that are there. */
export const resourceFunctions = [
  define('resourceId', [2, any], resourceId),
  define('subscriptionResourceId', [2, any], (args, site) => {
    const at = typeAt(args, site);
    return subscriptionId(at === 0 ? undefined : args[0], site) + typed(args.slice(at), site);
  }),
  define('tenantResourceId', [2, any], typed),
  define('managementGroupResourceId', [2, any], (args, site) => {
    const at = typeAt(args, site);
    const { scope } = site.frame;
    const base =
      at === 0 ? scope.id : `/providers/Microsoft.Management/managementGroups/${text(args[0], site)}`;
    if (at === 0 && scope.kind !== 'managementGroup')
      throw refused(site, 'there is no management group at the scope of this deployment');
    return base + typed(args.slice(at), site);
  }),
  define('extensionResourceId', [3, any], ([base, ...rest], site) => {
    const found = text(base, site);
    return (found === '/' ? '' : found) + typed(rest, site);
  }),
  define('reference', [1, 3], ([target, apiVersion, full], site) => {
    runtimeOnly(site);
    const isFull = full !== undefined && text(full, site).toLowerCase() === 'full';
    return site.frame.runtime.reference(
      text(target, site),
      apiVersion === undefined || apiVersion === null ? undefined : text(apiVersion, site),
      isFull,
    );
  }),
  define('references', [1, 2], ([name, full], site) => {
    runtimeOnly(site);
    return site.frame.runtime.references(
      text(name, site),
      full !== undefined && text(full, site).toLowerCase() === 'full',
    );
  }),
  define('pickZones', [3, 5], (args, site): Json => {
    const [namespace, type, location, count, offset] = args.map((arg) => json(arg, site));
    if (typeof namespace !== 'string' || typeof type !== 'string' || typeof location !== 'string') {
      throw refused(site, 'the first three parameters must be strings');
    }
    const [many, from] = [Number(count ?? 1), Number(offset ?? 0)];
    if (!(many >= 1 && from >= 0 && many + from <= 3)) throw refused(site, 'a region has three zones');
    return Array.from({ length: many }, (_, at) => String(from + at + 1));
  }),
];

/** `listKeys` and every other action whose name begins with `list`, by the name as it was typed. */
export function listFunction(action: string) {
  return define(action, [2, 4], ([target, apiVersion, body], site) => {
    runtimeOnly(site);
    const given = body === undefined ? {} : { body: json(body, site) };
    return site.frame.runtime.list(action, {
      id: text(target, site),
      apiVersion: text(apiVersion, site),
      ...given,
    });
  });
}
