/**
 * Resource ids and request paths. Matching ignores case everywhere; casing is kept for printing.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
export interface ResourcePath {
  readonly subscriptionId: string | undefined;
  readonly resourceGroup: string | undefined;
  /** The id in front of the last provider part; '' is the tenant. Fixed words in Azure's casing, names as sent. */
  readonly scope: string;
  readonly namespace: string;
  /** One longer than `names` for a collection or an action. */
  readonly types: readonly string[];
  readonly names: readonly string[];
  /** What the path means as a whole. */
  readonly kind: 'tenant' | 'subscription' | 'group' | 'resource';
}

/** Non-empty segments, percent-decoded one by one. Undefined when an escape is broken. */
export function splitPath(path: string): string[] | undefined {
  const segments: string[] = [];
  for (const raw of path.split('/')) {
    if (raw === '') continue;
    if (!raw.includes('%')) segments.push(raw);
    else {
      try {
        segments.push(decodeURIComponent(raw));
      } catch {
        return undefined;
      }
    }
  }
  return segments;
}

/** Reads a path or id; undefined when it does not follow the grammar of ARM ids. */
export function parsePath(segments: readonly string[]): ResourcePath | undefined {
  let at = 0;
  let subscriptionId: string | undefined;
  let resourceGroup: string | undefined;
  let scope = '';
  let kind: ResourcePath['kind'] = 'tenant';
  if (is(segments[at], 'subscriptions')) {
    subscriptionId = segments[at + 1];
    at += 2;
    kind = 'subscription';
    if (subscriptionId !== undefined && is(segments[at], 'resourcegroups')) {
      scope = `/subscriptions/${subscriptionId}`;
      resourceGroup = segments[at + 1];
      at += 2;
      kind = 'group';
    }
  }
  if (!is(segments[at], 'providers'))
    return parseArmOwned({ segments, at, subscriptionId, resourceGroup, kind });
  const base = subscriptionId === undefined ? '' : `/subscriptions/${subscriptionId}`;
  scope = resourceGroup === undefined ? base : `${base}/resourceGroups/${resourceGroup}`;
  return parseProviders({ segments, at, subscriptionId, resourceGroup, scope });
}

const idLimits = { characters: 2048 } as const;

/** Reads a complete id such as one in a body. Undefined when it is not the id of one resource. */
export function parseId(id: string): ResourcePath | undefined {
  if (!id.startsWith('/') || id.length > idLimits.characters) return undefined;
  const segments = splitPath(id.replaceAll('%', '%25'));
  const parsed = segments && parsePath(segments);
  return parsed && parsed.names.length === parsed.types.length && parsed.kind !== 'tenant'
    ? parsed
    : undefined;
}

interface Position {
  readonly segments: readonly string[];
  readonly at: number;
  readonly subscriptionId: string | undefined;
  readonly resourceGroup: string | undefined;
}

/** `/subscriptions/{s}[/resourceGroups/{g}]` with what follows, e.g. `/resources`: types of Microsoft.Resources. */
function parseArmOwned(position: Position & { kind: ResourcePath['kind'] }): ResourcePath {
  const { segments, at, subscriptionId, resourceGroup, kind } = position;
  const types: string[] = [];
  const names: string[] = [];
  let scope = '';
  if (kind === 'group') {
    scope = `/subscriptions/${subscriptionId}`;
    types.push('resourceGroups');
    if (resourceGroup !== undefined) names.push(resourceGroup);
  } else if (kind === 'subscription') {
    types.push('subscriptions');
    if (subscriptionId !== undefined) names.push(subscriptionId);
  }
  readPairs(segments.slice(at), types, names);
  return { subscriptionId, resourceGroup, scope, namespace: 'Microsoft.Resources', types, names, kind };
}

function parseProviders(position: Position & { scope: string }): ResourcePath | undefined {
  const { segments, subscriptionId, resourceGroup } = position;
  let { at, scope } = position;
  for (;;) {
    const namespace = segments[at + 1];
    if (namespace === undefined) return undefined;
    let end = at + 2;
    while (end < segments.length && !is(segments[end], 'providers')) end += 2;
    const last = end >= segments.length;
    const types: string[] = [];
    const names: string[] = [];
    readPairs(segments.slice(at + 2, last ? segments.length : end), types, names);
    if (last) return { subscriptionId, resourceGroup, scope, namespace, types, names, kind: 'resource' };
    scope = resourceId({ scope, namespace, types, names });
    at = end;
  }
}

function readPairs(rest: readonly string[], types: string[], names: string[]): void {
  rest.forEach((segment, index) => {
    (index % 2 === 0 ? types : names).push(segment);
  });
}

/** The id of a resource; an unpaired last type is left out. */
export function resourceId(path: Pick<ResourcePath, 'scope' | 'namespace' | 'types' | 'names'>): string {
  const { scope, namespace, types, names } = path;
  const pairs = names.map((name, index) => `/${types[index]}/${name}`).join('');
  if (
    namespace === 'Microsoft.Resources' &&
    (types[0] === 'subscriptions' || types[0] === 'resourceGroups')
  ) {
    return `${scope}${pairs}`;
  }
  return `${scope}/providers/${namespace}${pairs}`;
}

/** The id one level up: the parent resource, or the scope of a top-level or extension resource. '' is the tenant. */
export function parentId(id: string): string {
  const segments = id.split('/').slice(1);
  const parsed = parsePath(segments);
  if (!parsed) return '';
  if (parsed.names.length <= 1) return parsed.scope;
  return resourceId({ ...parsed, types: parsed.types.slice(0, -1), names: parsed.names.slice(0, -1) });
}

/** A scope one level below a resource, taken apart: what it may be is said by the resource's type. */
export function roleScopeOf(
  scope: string,
): { readonly ownerId: string; readonly word: string; readonly name: string } | undefined {
  const before = scope.lastIndexOf('/');
  const start = scope.lastIndexOf('/', before - 1);
  if (start <= 0) return undefined;
  return {
    ownerId: scope.slice(0, start),
    word: scope.slice(start + 1, before),
    name: scope.slice(before + 1),
  };
}

/** Ids compare without case. */
export function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** True when `id` is `scope` or lies below it. '' and '/' are the tenant, above everything. */
export function isWithin(id: string, scope: string): boolean {
  const inner = id.toLowerCase();
  const outer = scope.toLowerCase();
  if (outer === '' || outer === '/') return true;
  return inner === outer || (inner.startsWith(outer) && inner.charCodeAt(outer.length) === 47);
}

/** The subscription of an id, or undefined for tenant-level ones. */
export function subscriptionOf(id: string): string | undefined {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1];
}

/** The resource group's id in front of an id, or undefined. */
export function groupIdOf(id: string): string | undefined {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0];
}

/** Name of the resource group in an id, or undefined. */
export function groupNameOf(id: string): string | undefined {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
}

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for a UUID in its usual form of 36 characters. */
export function isGuid(text: string): boolean {
  return guidPattern.test(text);
}

function is(segment: string | undefined, word: string): boolean {
  return segment !== undefined && segment.length === word.length && segment.toLowerCase() === word;
}
