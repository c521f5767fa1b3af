import { CodedError, isObject, withoutTrailingSlashes } from '../../base/index.ts';
import { callerProven } from '../../http/callers.ts';
import { demand } from '../access/demand.ts';
import type { ResourceRecord } from '../contract.ts';
import { refuseLostMembers, withEnvelopeNames } from '../envelope.ts';
import { refuseWrongEnvelope } from '../envelope-types.ts';
import { ArmError, refusals, unauthenticated } from '../errors.ts';
import { groupIdOf, isGuid, roleScopeOf } from '../ids.ts';
import { readJsonBody, readRelaxedBody } from '../json-input.ts';
import { refuseLocked } from '../locks.ts';
import { isOffered, normalLocation, regionDisplayNames } from '../regions.ts';
import { fullType, offeredLocations } from '../registry.ts';
import type { Services } from '../services.ts';
import { isRegistered } from '../subscriptions.ts';
import { isSupportedVersion, isVersion } from '../versions.ts';
import { type Exchange, requestLimits, type Target } from './exchange.ts';
import { findAction } from './locate.ts';
import { methodsAt, verbsAt } from './methods.ts';
import { refuseOptions } from './options.ts';

/** One check on the way. Throws an ArmError to refuse. */
export type Step = (exchange: Exchange, services: Services) => Promise<void> | void;

/**
 * The checks before a verb runs, in the order that callers can observe; the first one that fails answers.
 * `requireApiVersion` and `requireSubscription` come before the token because Azure answers them to anyone;
 * `authorize` comes before everything that tells whether something exists.
 */
export const steps: readonly Step[] = [
  requireApiVersion,
  requireSubscription,
  authenticate,
  authorize,
  honourLocks,
  requireRegistration,
  requireGroup,
  resolveType,
  refuseOptions,
  readBody,
  conformBody,
  checkLocation,
  checkName,
  requireParent,
];

function requireApiVersion(exchange: Exchange): void {
  const version = exchange.query.get('api-version');
  if (version) exchange.apiVersion = version;
  else if (exchange.target.route?.route.anonymous) exchange.apiVersion = '';
  else throw refusals.missingApiVersion();
}

function requireSubscription({ target }: Exchange, { records }: Services): void {
  const id = target.path.subscriptionId;
  if (id === undefined || target.subscriptionScope === undefined) return;
  if (!isGuid(id)) throw refusals.invalidSubscriptionId(id);
  if (!records.cache.get(target.subscriptionScope)) throw refusals.subscriptionNotFound(id);
}

async function authenticate(exchange: Exchange, services: Services): Promise<void> {
  // A request that begins in this process names its caller itself.
  if (exchange.target.route?.route.anonymous || exchange.callerIfAny) return;
  try {
    exchange.caller = await services.directory.authenticate(exchange.request.header('authorization'));
    callerProven(exchange.request, exchange.caller.objectId);
  } catch (thrown) {
    if (!(thrown instanceof CodedError) || thrown.code !== 'unauthenticated') throw thrown;
    const code = isObject(thrown.detail) ? thrown.detail.code : undefined;
    const authorizationUri = `${withoutTrailingSlashes(services.loginEndpoint(exchange.origin))}/${services.tenantId}`;
    throw unauthenticated(
      typeof code === 'string' ? code : 'AuthenticationFailed',
      thrown.message,
      authorizationUri,
    );
  }
}

async function authorize(exchange: Exchange, services: Services): Promise<void> {
  const { target } = exchange;
  const route = target.route?.route;
  if (route && route.permission === undefined) return;
  // Nobody holds a right in a namespace that is not there: saying 403 would send people looking for a role.
  if (!route && !target.otherMethods && !target.namespace)
    throw refusals.invalidNamespace(target.path.namespace);
  refuseAbsent(target, services);
  const action = target.permission;
  const scope = target.id === '' ? '/' : target.id;
  if (target.intent === 'list') {
    const { granted, deniedBy } = await services.access.decide(exchange.caller.objectId, action, scope);
    if (granted) return;
    if (!deniedBy && (await services.access.hasRoleBelow(exchange.caller.objectId, scope))) {
      exchange.filtered = true;
      return;
    }
  }
  await demand(services.access, exchange.caller, { action, scope });
  exchange.isAuthorized = true;
}

/** What Azure has and this estate has not says so to whoever is signed in: no role and no other spelling would help. */
function refuseAbsent(target: Target, { registry }: Services): void {
  const { route, type, path, typePath, actionName, intent } = target;
  if (route) return;
  const isAction = intent === 'action' && actionName !== '';
  if (type && !(isAction && !(type.actions && findAction(type.actions, actionName)))) return;
  const namespace = target.namespace?.name ?? path.namespace;
  const whole = [...typePath.split('/'), ...(isAction ? [actionName] : [])].filter((word) => word !== '');
  if (!registry.isAbsent(namespace, whole.join('/'))) return;
  throw refusals.notBuilt(
    type
      ? `The action '${actionName}' of '${fullType(type)}'`
      : `The resource type '${namespace}/${typePath || actionName}'`,
  );
}

function honourLocks({ target }: Exchange, { records }: Services): void {
  if (target.intent === 'read' || target.intent === 'list') return;
  if (target.route?.route.method === 'POST') return;
  const removes = target.intent === 'delete' && !target.route;
  refuseLocked(records.cache, target.id, removes ? 'delete' : 'write');
}

function requireRegistration({ target }: Exchange, { records }: Services): void {
  const { intent, namespace, subscriptionScope } = target;
  if (subscriptionScope === undefined || target.route || (intent !== 'write' && intent !== 'action')) return;
  const subscription = records.cache.get(subscriptionScope)?.record;
  if (subscription && subscription.properties.state !== 'Enabled') {
    throw refusals.readOnlySubscription(subscription.name);
  }
  if (!namespace || namespace.registrationFree || !subscription) return;
  if (!isRegistered(subscription, namespace.name)) throw refusals.missingRegistration(namespace.name);
}

export function requireGroup({ target }: Exchange, { records }: Services): void {
  const { path, intent } = target;
  if (path.resourceGroup === undefined || target.groupScope === undefined) return;
  const isGroupItself = path.kind === 'group' && path.types.length === 1;
  if (isGroupItself && intent !== 'list') return;
  const group = records.cache.get(target.groupScope)?.record;
  if (!group) throw refusals.groupNotFound(path.resourceGroup);
  const changes = intent === 'write' || intent === 'action';
  if (changes && group.provisioningState === 'Deleting') throw refusals.groupBeingDeleted(group.name);
}

async function resolveType(exchange: Exchange, services: Services): Promise<void> {
  const { target, apiVersion } = exchange;
  const route = target.route?.route;
  if (route) {
    if (route.anonymous) return;
    const fits =
      route.apiVersions.length === 0 || services.anyApiVersion
        ? isVersion(apiVersion)
        : isSupportedVersion(apiVersion, route, services.clock.now());
    if (!fits) throw refusals.invalidApiVersion(apiVersion, route.apiVersions);
    refuseLocation(exchange);
    return;
  }
  if (target.otherMethods) {
    throw refusals.methodNotAllowed(exchange.request.method, exchange.request.path, target.otherMethods);
  }
  const { path, typePath, type, namespace } = target;
  if (!namespace) throw refusals.invalidNamespace(path.namespace);
  if (path.kind !== 'resource' && !type) throw refusals.routeNotFound(exchange.request.path);
  if (!type || !standsAt(type, target)) {
    throw refusals.invalidResourceType(namespace.name, typePath, apiVersion);
  }
  const fits = services.anyApiVersion
    ? isVersion(apiVersion)
    : isSupportedVersion(apiVersion, type, services.clock.now());
  if (!fits) {
    if (path.kind === 'group') throw refusals.invalidApiVersion(apiVersion, type.apiVersions);
    throw refusals.noRegisteredProvider({
      location: await likelyLocation(exchange, services),
      version: apiVersion,
      type: type.type,
      supported: type.apiVersions,
      locations: offeredLocations(type).map(normalLocation),
    });
  }
  exchange.type = type;
  refuseVerb(exchange);
}

/** Routes of a provider below `locations/{location}` exist in the regions of this estate, by name or display name. */
function refuseLocation({ target, apiVersion }: Exchange): void {
  const { route, parameters = {} } = target.route ?? {};
  const { location } = parameters;
  if (!route?.permission || location === undefined || isOffered(location, undefined)) return;
  throw refusals.noRegisteredProvider({
    location: normalLocation(location),
    version: apiVersion,
    type: `locations/${route.path.split('/').at(-1)}`,
    supported: route.apiVersions,
    locations: regionDisplayNames.map(normalLocation),
  });
}

function standsAt(type: Exchange['type'], { path, groupScope, subscriptionScope }: Target): boolean {
  if (type.scope === 'extension' || path.kind === 'group') return true;
  const levels = type.levels ?? ['group'];
  if (path.scope === '')
    return levels.includes('tenant') || (path.names.length === 0 && path.types.length === 1);
  if (path.resourceGroup === undefined) {
    const isSubscription = path.scope === subscriptionScope;
    return (
      isSubscription &&
      (levels.includes('subscription') || (path.names.length === 0 && path.types.length === 1))
    );
  }
  return path.scope === groupScope && levels.includes('group');
}

/** Refuses verbs that the type does not have. */
function refuseVerb({ target, type, request }: Exchange): void {
  if (target.intent === 'action') return;
  const verb =
    target.intent === 'write'
      ? request.method === 'PUT'
        ? 'put'
        : 'patch'
      : target.intent === 'read'
        ? 'get'
        : target.intent;
  if (!verbsAt(type, target.path).includes(verb)) {
    throw refusals.methodNotAllowed(request.method, request.path, methodsAt(type, target.path));
  }
}

/** The location that the message about versions names: of the body, the resource, its group. */
async function likelyLocation(exchange: Exchange, { records }: Services): Promise<string> {
  if (exchange.request.method === 'PUT') {
    const bytes = await exchange.request.body(requestLimits.bodyBytes);
    const isRelaxed = exchange.target.type?.relaxedJson;
    const { location } = isRelaxed ? readRelaxedBody(bytes) : readJsonBody(bytes);
    if (typeof location === 'string') return normalLocation(location);
  }
  const groupId = groupIdOf(exchange.target.id);
  const own = records.cache.get(exchange.target.id)?.record.location;
  const group = groupId === undefined ? undefined : records.cache.get(groupId)?.record.location;
  return own ?? group ?? 'global';
}

async function readBody(exchange: Exchange): Promise<void> {
  const { intent } = exchange.target;
  if (intent !== 'write' && intent !== 'action') return;
  if (exchange.target.route?.route.ignoresBody) {
    exchange.body = {};
    return;
  }
  const bytes = await exchange.request.body(requestLimits.bodyBytes);
  if (bytes.byteLength > 0) {
    const contentType = exchange.request.header('content-type') ?? 'application/json';
    const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    if (mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
      throw refusals.unsupportedMediaType(contentType);
    }
  } else if (exchange.request.method !== 'POST' && !exchange.target.route) {
    throw refusals.invalidContent(
      "The request has no body; a JSON object is needed. Path '', line 1, position 1.",
    );
  }
  const { route } = exchange.target;
  const isRelaxed = route ? route.route.relaxedJson : exchange.target.type?.relaxedJson;
  exchange.body = isRelaxed ? readRelaxedBody(bytes) : readJsonBody(bytes);
}

/** Services compare the names of members without case; here they get one casing, once, before any of them is looked at. */
function conformBody(exchange: Exchange): void {
  const { target, body, apiVersion } = exchange;
  if (target.route || target.intent !== 'write') return;
  const named = withEnvelopeNames(body);
  if (exchange.request.method === 'PUT') refuseLostMembers(named, exchange.type);
  refuseWrongEnvelope(named);
  exchange.body = exchange.type.conform?.(named, apiVersion) ?? named;
}

function checkLocation(exchange: Exchange, { records }: Services): void {
  const { target, request, body } = exchange;
  if (target.route || request.method !== 'PUT' || exchange.type.scope !== 'tracked') return;
  const { type } = exchange;
  const stored = records.cache.get(target.id)?.record;
  if (typeof body.location !== 'string' || body.location.trim() === '') throw refusals.locationRequired();
  if (!isOffered(body.location, type.locations)) {
    throw refusals.locationNotAvailable(
      body.location,
      fullType(type),
      offeredLocations(type).map(normalLocation),
    );
  }
  if (stored?.location === undefined || normalLocation(stored.location) === normalLocation(body.location))
    return;
  if (target.path.kind === 'group') throw refusals.invalidGroupLocation(body.location, stored.location);
  throw refusals.invalidResourceLocation({
    name: stored.name,
    existing: stored.location,
    group: target.path.resourceGroup ?? '',
    wanted: body.location,
  });
}

function checkName(exchange: Exchange): void {
  const { target, request } = exchange;
  if (target.route || request.method !== 'PUT') return;
  const { type } = exchange;
  const name = target.path.names.at(-1) ?? '';
  if (!type.name.pattern.test(name)) throw refusals.invalidName(name, fullType(type), type.name);
}

export function requireParent(exchange: Exchange, services: Services): void {
  const { records } = services;
  const { target } = exchange;
  const { path } = target;
  if (target.route || path.kind !== 'resource') return;
  const parent = parentOf(exchange);
  if (parent === undefined) return;
  const record = records.cache.get(parent)?.record ?? roleScopeOwner(exchange, services);
  if (!record) throw refusals.parentNotFound(target.intent, target.typePath, parent);
  if (target.intent === 'write' && record.provisioningState === 'Deleting') {
    throw new ArmError(
      409,
      'ParentResourceBeingDeleted',
      `The parent resource '${parent}' is being deleted.`,
    );
  }
}

/** The resource whose declared role scope (a namespace of a cluster) stands above an authorization resource. */
function roleScopeOwner({ target }: Exchange, { records, registry }: Services): ResourceRecord | undefined {
  const { path } = target;
  if (path.namespace.toLowerCase() !== 'microsoft.authorization') return undefined;
  const scope = roleScopeOf(path.scope);
  const owner = scope && records.cache.get(scope.ownerId)?.record;
  const types = owner && registry.ofRecord(owner)?.roleScopes;
  if (!owner || !types || path.names.length > 1) return undefined;
  const declared = Object.entries(types).find(([word]) => word.toLowerCase() === scope.word.toLowerCase());
  return declared?.[1].test(scope.name) ? owner : undefined;
}

/** The resource that must exist above the target; subscriptions and groups have been looked for before. */
function parentOf({ target }: Exchange): string | undefined {
  const { path, id, intent } = target;
  if (intent === 'list' && path.names.length > 0) return id;
  if (path.names.length > 1) return id.split('/').slice(0, -2).join('/');
  return path.scope.includes('/providers/') ? path.scope : undefined;
}
