import { Recent } from '../../base/index.ts';
import type { ArmRoute, ResourceType } from '../contract.ts';
import { ArmError, refusals } from '../errors.ts';
import { parsePath, type ResourcePath, resourceId, splitPath } from '../ids.ts';
import type { RecordCache } from '../records/cache.ts';
import { fullType, permissionBase, type TypeRegistry } from '../registry.ts';
import { type Intent, type RouteMatch, requestLimits, type Target } from './exchange.ts';
import { methodsAt } from './methods.ts';

/** Paths that come again and again are read once, for each method. */
const knownPaths = { paths: 2_048, characters: 512 } as const;

/** Finds what paths mean, and remembers it. */
export class Locator {
  readonly #registry: TypeRegistry;
  readonly #routes: RouteTable;
  readonly #canonicalPath: (path: string) => string;
  readonly #cache: Pick<RecordCache, 'get'>;
  /** By method. */
  readonly #known = new Map<string, Recent<Target>>();
  /** What a PUT of a new resource means, by what stands before its name: only the name differs. */
  readonly #made = new Recent<Target>(knownPaths.paths);

  constructor(parts: {
    readonly registry: TypeRegistry;
    readonly routes: RouteTable;
    readonly canonicalPath: (path: string) => string;
    readonly records: { readonly cache: Pick<RecordCache, 'get'> };
  }) {
    this.#registry = parts.registry;
    this.#routes = parts.routes;
    this.#canonicalPath = parts.canonicalPath;
    this.#cache = parts.records.cache;
  }

  /** As `locate`. */
  find(method: string, asked: string): Target {
    const known = this.#known.get(method);
    const found = known?.get(asked);
    if (found) return found;
    const sibling = method === 'PUT' ? this.#sibling(asked) : undefined;
    const path = sibling ? asked : this.#canonicalPath(asked);
    const target = sibling ?? locate({ method, path }, this.#registry, this.#routes);
    // Methods that are none were refused.
    if (asked.length > knownPaths.characters) return target;
    // What is made is made once.
    if (method === 'PUT' && !target.route && !this.#cache.get(target.id)) {
      if (!sibling && path === asked && this.#isNamedAt(asked, target))
        this.#made.set(parentOf(asked), target);
      return target;
    }
    if (known) known.set(asked, target);
    else {
      const first = new Recent<Target>(knownPaths.paths);
      first.set(asked, target);
      this.#known.set(method, first);
    }
    return target;
  }

  /** What the path of a PUT means when another one that differs in its last name alone was read before. */
  #sibling(asked: string): Target | undefined {
    if (asked.length > knownPaths.characters) return undefined;
    const known = this.#made.get(parentOf(asked));
    const name = lastSegment(asked);
    return known && this.#isPlain(name) ? renamed(known, name) : undefined;
  }

  /** True when the path ends in the name of a resource, and others may be named in its place. */
  #isNamedAt(asked: string, { type, path }: Target): boolean {
    const isWhole = type !== undefined && path.kind === 'resource' && path.names.length === path.types.length;
    const name = path.names.at(-1) ?? '';
    return isWhole && lastSegment(asked) === name && this.#isPlain(name);
  }

  #isPlain(name: string): boolean {
    return plainName.test(name) && !this.#routes.endsIn(name);
  }
}

/** Ends of paths that mean nothing but the name of a resource, wherever they stand. */
const plainName = /^(?!providers$)[a-z0-9][a-z0-9_-]*$/i;

/** With the slash before the last segment. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function renamed(target: Target, name: string): Target {
  const { path } = target;
  const names = [...path.names.slice(0, -1), name];
  return { ...target, path: { ...path, names }, id: parentOf(target.id) + name };
}

/** Finds what a request's path and method mean; throws only when the path cannot be read at all. */
export function locate(
  request: { readonly method: string; readonly path: string },
  registry: TypeRegistry,
  routes: RouteTable,
): Target {
  if (request.path.length > requestLimits.pathBytes) {
    throw new ArmError(414, 'UriTooLong', `A path has at most ${requestLimits.pathBytes} bytes.`);
  }
  const segments = splitEscapedScope(splitPath(request.path));
  if (!segments || segments.some(isForbidden)) {
    throw new ArmError(
      400,
      'BadRequest',
      'The path holds a broken percent-escape, an escaped slash or a control character.',
    );
  }
  // What follows no grammar is refused as unknown later: first the version, the token and the permission.
  const path = parsePath(segments) ?? tenantPath;
  if (!knownMethods.has(request.method)) {
    const { type } = resourceTarget('GET', path, registry);
    const others = routes.methodsAt(segments);
    const allowed = others.length > 0 || !type ? others : methodsAt(type, path);
    throw refusals.methodNotAllowed(request.method, request.path, allowed);
  }
  const route = routes.match(request.method, segments);
  if (route) return routeTarget(route, path, registry);
  const target = resourceTarget(request.method, path, registry);
  const otherMethods = target.type ? [] : routes.methodsAt(segments);
  return otherMethods.length === 0 ? target : { ...target, otherMethods };
}

/**
 * Clients that take a scope as one parameter escape its slashes: `/%2Fsubscriptions%2F…/providers/…`. Only the first
 * segment may be such a scope, unescaped once; what comes out is what is checked and what is acted on.
 */
function splitEscapedScope(segments: string[] | undefined): string[] | undefined {
  const [first, ...rest] = segments ?? [];
  if (first === undefined || !/^\/?(?:subscriptions|providers)\//i.test(first)) return segments;
  return [...first.split('/').filter((segment) => segment !== ''), ...rest];
}

/** A slash inside a segment would make an id mean something else than the path that was checked. */
function isForbidden(text: string): boolean {
  if (text.includes('/') || text.includes('\\')) return true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

const knownMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE']);

const tenantPath: ResourcePath = {
  subscriptionId: undefined,
  resourceGroup: undefined,
  scope: '',
  namespace: 'Microsoft.Resources',
  types: [],
  names: [],
  kind: 'tenant',
};

function routeTarget(route: RouteMatch, path: ResourcePath, registry: TypeRegistry): Target {
  const intent: Intent =
    route.route.method === 'GET' ? 'read' : route.route.method === 'DELETE' ? 'delete' : 'write';
  const what = { path, intent, id: route.scope, typePath: '', actionName: '', type: undefined, route };
  return { ...what, ...surroundings(path, registry), permission: route.route.permission ?? '' };
}

function surroundings(path: ResourcePath, registry: TypeRegistry) {
  const { subscriptionId, resourceGroup } = path;
  const subscriptionScope = subscriptionId === undefined ? undefined : `/subscriptions/${subscriptionId}`;
  const groupScope =
    resourceGroup === undefined ? undefined : `${subscriptionScope ?? ''}/resourceGroups/${resourceGroup}`;
  return { namespace: registry.namespace(path.namespace), subscriptionScope, groupScope };
}

function resourceTarget(method: string, path: ResourcePath, registry: TypeRegistry): Target {
  const paired = path.names.length === path.types.length;
  const intent = intentOf(method, paired);
  const isAction = intent === 'action' && !paired;
  const typePath = (isAction ? path.types.slice(0, -1) : path.types).join('/');
  const actionName = isAction ? (path.types.at(-1) ?? '') : '';
  const type = registry.type(path.namespace, typePath);
  const id = canonicalId(path, type);
  const what = { path, intent, id, typePath, actionName, type, route: undefined };
  return { ...what, ...surroundings(path, registry), permission: permissionOf(what) };
}

function intentOf(method: string, paired: boolean): Intent {
  if (method === 'POST') return 'action';
  if (method === 'PUT' || method === 'PATCH') return 'write';
  if (method === 'DELETE') return 'delete';
  return paired ? 'read' : 'list';
}

/** The id with fixed words in Azure's casing; for a collection the id that it hangs on. */
function canonicalId(path: ResourcePath, type: ResourceType | undefined): string {
  if (path.names.length === 0) return path.scope;
  if (!type || path.kind !== 'resource') return resourceId(path);
  return resourceId({ ...path, namespace: type.namespace, types: type.type.split('/') });
}

/** The permission that a request for a resource needs. */
function permissionOf(target: Pick<Target, 'type' | 'intent' | 'path' | 'typePath' | 'actionName'>): string {
  const { type, intent, path, typePath, actionName } = target;
  const base = type ? permissionBase(type) : fullType({ namespace: path.namespace, type: typePath });
  if (intent === 'action') {
    const declared = type?.actions && findAction(type.actions, actionName);
    return declared?.[1].permission ?? `${base}/${declared?.[0] ?? actionName}/action`;
  }
  return `${base}/${intent === 'list' ? 'read' : intent}`;
}

/** An action by name, without case, with the name as declared. */
export function findAction<T>(actions: Readonly<Record<string, T>>, name: string): [string, T] | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(actions).find(([declared]) => declared.toLowerCase() === wanted);
}

interface RoutePattern {
  readonly route: ArmRoute;
  readonly segments: readonly string[];
  /** The pattern begins with `{scope}`: any id may stand before the rest. */
  readonly scoped: boolean;
}

/** Routes that are no resource verbs, matched without case before ids are. */
export class RouteTable {
  readonly #patterns: readonly RoutePattern[];
  readonly #methods: readonly string[];
  readonly #ends: ReadonlySet<string>;

  constructor(routes: readonly ArmRoute[]) {
    this.#patterns = routes.map((route) => {
      const segments = route.path.split('/').filter((segment) => segment !== '');
      const scoped = segments[0] === '{scope}';
      return { route, segments: scoped ? segments.slice(1) : segments, scoped };
    });
    this.#methods = [...new Set(routes.map(({ method }) => method))];
    this.#ends = new Set(routes.map(({ path }) => path.slice(path.lastIndexOf('/') + 1).toLowerCase()));
  }

  /** True when a route ends in this very word, without case: then it may be more than a name. */
  endsIn(word: string): boolean {
    return this.#ends.has(word.toLowerCase());
  }

  /** The methods that have a route at the path. */
  methodsAt(segments: readonly string[]): string[] {
    const found = this.#methods.filter((method) => this.match(method, segments) !== undefined);
    return found.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  }

  match(method: string, segments: readonly string[]): RouteMatch | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    for (const pattern of this.#patterns) {
      if (pattern.route.method !== wanted) continue;
      const skip = segments.length - pattern.segments.length;
      if (skip < 0 || (skip > 0 && !pattern.scoped)) continue;
      const parameters = matchSegments(pattern.segments, segments, skip);
      if (!parameters) continue;
      const head = segments.slice(0, skip);
      if (pattern.scoped) parameters.scope = head.length === 0 ? '' : `/${head.join('/')}`;
      return { route: pattern.route, parameters, scope: scopeOf(parameters) };
    }
    return undefined;
  }
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
  skip: number,
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[skip + index] ?? '';
    if (expected.startsWith('{')) parameters[expected.slice(1, -1)] = actual;
    else if (expected.length !== actual.length || expected.toLowerCase() !== actual.toLowerCase()) {
      return undefined;
    }
  }
  return parameters;
}

function scopeOf(parameters: Readonly<Record<string, string>>): string {
  const { scope, subscriptionId, resourceGroupName } = parameters;
  if (scope !== undefined) return scope;
  if (subscriptionId === undefined) return '';
  const base = `/subscriptions/${subscriptionId}`;
  return resourceGroupName === undefined ? base : `${base}/resourceGroups/${resourceGroupName}`;
}
