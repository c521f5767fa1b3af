import {
  badRequest,
  methodNotAllowed,
  methodNotSupported,
  PageNotFound,
  resourceNotServed,
} from '../../apimachinery/status.ts';
import type { ResourceRequest } from '../request/request-info.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { ResourceRegistry } from './registry.ts';

/**
 * The resource that a path leads to, when the path has a form that the resource is served under: a namespaced one
 * below its namespace, a cluster-scoped one never below one. Throws 404 and 405.
 */
export function routeTo(resources: ResourceRegistry, info: ResourceRequest): ServedResource {
  const resource = resources.served(info.group, info.version, info.resource);
  if (resource?.custom) return routeToCustom(resource, info);
  if (!resource || !hasForm(resource, info)) {
    throw resources.isBuiltInGroup(info.group) ? resourceNotServed() : new PageNotFound();
  }
  if (!allowsMethod(resource, info)) throw methodNotAllowed();
  if (resource.definition.namespaced && info.form.inNamespace && info.namespace === '' && !isRead(info)) {
    throw badRequest('Namespace parameter required.');
  }
  return resource;
}

/**
 * The real server serves custom resources by the verb that a path and method come to, not by routes: what follows a
 * subresource, a name where there is none to give and methods beside the verb mean nothing there.
 */
function routeToCustom(resource: ServedResource, { namespace, verb, subresource }: ResourceRequest) {
  const { namespaced } = resource.definition;
  const isInNamespace = namespace !== '';
  if (namespaced !== isInNamespace && !(namespaced && (verb === 'list' || verb === 'watch'))) {
    throw new PageNotFound();
  }
  const served = subresource === '' ? customVerbs : customSubresourceVerbs;
  const isKnown = subresource === '' || Object.hasOwn(resource.definition.subresources, subresource);
  if (isKnown && !served.has(verb)) throw methodNotSupported(resource.subject(), verb);
  return resource;
}

const customVerbs = new Set([
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]);
const customSubresourceVerbs = new Set(['get', 'update', 'patch']);

function hasForm(
  { definition }: ServedResource,
  { form, verb, subresource, rest }: ResourceRequest,
): boolean {
  if (verb === 'proxy' || (form.verbFirst && subresource !== '')) return false;
  if (subresource !== '' && !form.named) return false;
  // What is only ever created, such as a review, is nothing that a path could name.
  if (form.named && subresource === '' && definition.verbs.every((each) => each === 'create')) return false;
  if (rest !== '' && subresource !== 'proxy') return false;
  if (!definition.namespaced) return !form.inNamespace;
  return form.inNamespace || !form.named;
}

function allowsMethod(
  { definition }: ServedResource,
  { form, method, subresource }: ResourceRequest,
): boolean {
  if (method === 'GET') return true;
  if (form.verbFirst) return false;
  // Proxies pass any method on.
  if (subresource !== '') return method !== 'HEAD' || subresource === 'proxy';
  switch (method) {
    case 'POST':
      return !form.named && isWhole(definition.namespaced, form.inNamespace);
    case 'PUT':
    case 'PATCH':
      return form.named;
    case 'DELETE':
      return form.named || isWhole(definition.namespaced, form.inNamespace);
    default:
      return false;
  }
}

/** Across namespaces there is only reading. */
function isWhole(namespaced: boolean, inNamespace: boolean): boolean {
  return !namespaced || inNamespace;
}

function isRead({ verb, form }: ResourceRequest): boolean {
  return verb === 'list' || (verb === 'watch' && !form.named);
}
