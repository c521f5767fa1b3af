import { CodedError, type JsonObject, Recent } from '../../base/index.ts';
import type { HttpRequest } from '../../http/contract.ts';
import type { ArmRoute, Caller, ResourceType } from '../contract.ts';
import type { ResourcePath } from '../ids.ts';
import type { Namespace } from '../registry.ts';

/** What a request to Resource Manager may measure. */
export const requestLimits = { bodyBytes: 4 * 1024 * 1024, pathBytes: 8 * 1024 } as const;

/** What a request asks of a resource, a collection or an action. */
export type Intent = 'read' | 'list' | 'write' | 'delete' | 'action';

/** A route of its own, with the parameters of this path. */
export interface RouteMatch {
  readonly route: ArmRoute;
  readonly parameters: Readonly<Record<string, string>>;
  /** Where its permission is demanded. */
  readonly scope: string;
}

/** What the path and method say before anyone is asked. */
export interface Target {
  readonly path: ResourcePath;
  readonly intent: Intent;
  /** Of the resource; of what a collection hangs on for `list`. Casing as sent. */
  readonly id: string;
  /** Type path, without an action's name. */
  readonly typePath: string;
  /** Last segment of a POST. */
  readonly actionName: string;
  readonly type: ResourceType | undefined;
  /** Undefined when nothing of it is known. */
  readonly namespace: Namespace | undefined;
  /** Ids of the subscription and the resource group that the path lies in. */
  readonly subscriptionScope: string | undefined;
  readonly groupScope: string | undefined;
  /** Of a resource, e.g. `Microsoft.Network/virtualNetworks/read`. */
  readonly permission: string;
  readonly route: RouteMatch | undefined;
  /** The path is that of a route which has these methods, and not the one asked for. */
  readonly otherMethods?: readonly string[];
}

/** One request on its way through the steps. A member read before its step ran is a fault of the step order. */
export class Exchange {
  readonly request: HttpRequest;
  readonly requestId: string;
  readonly correlationId: string;
  readonly origin: string;
  /** Names in lower case. Shared with other requests: nobody changes it. */
  readonly query: URLSearchParams;
  /** True once the resource's own provider decides: its refusals are not the gateway's. */
  atProvider = false;
  /** True once the caller was found to have the right that the request needs. */
  isAuthorized = false;
  /** True when the caller may not list everything: items are checked one by one. */
  filtered = false;
  body: JsonObject = {};
  #target: Target | undefined;
  #caller: Caller | undefined;
  #type: ResourceType | undefined;
  #apiVersion: string | undefined;

  constructor(about: {
    readonly request: HttpRequest;
    readonly requestId: string;
    readonly correlationId: string;
    readonly origin: string;
  }) {
    this.request = about.request;
    this.requestId = about.requestId;
    this.correlationId = about.correlationId;
    this.origin = about.origin;
    this.query = lowerNamed(about.request);
  }

  get target(): Target {
    return known(this.#target, 'target');
  }

  set target(target: Target) {
    this.#target = target;
  }

  get caller(): Caller {
    return known(this.#caller, 'caller');
  }

  set caller(caller: Caller) {
    this.#caller = caller;
  }

  /** The caller, or undefined on anonymous routes. */
  get callerIfAny(): Caller | undefined {
    return this.#caller;
  }

  get type(): ResourceType {
    return known(this.#type, 'type');
  }

  set type(type: ResourceType) {
    this.#type = type;
  }

  get apiVersion(): string {
    return known(this.#apiVersion, 'apiVersion');
  }

  set apiVersion(version: string) {
    this.#apiVersion = version;
  }

  /** As the caller sent it: absolute, for `nextLink`. */
  get url(): string {
    const { path, rawQuery } = this.request;
    return `${this.origin}${path}${rawQuery === '' ? '' : `?${rawQuery}`}`;
  }
}

/** Most requests differ in their path alone. */
const knownQueries = { queries: 256, characters: 256 } as const;
const queries = new Recent<URLSearchParams>(knownQueries.queries);

function lowerNamed({ rawQuery, query }: HttpRequest): URLSearchParams {
  const known = queries.get(rawQuery);
  if (known) return known;
  const named = new URLSearchParams();
  for (const [name, value] of query) named.append(name.toLowerCase(), value);
  if (rawQuery.length <= knownQueries.characters) queries.set(rawQuery, named);
  return named;
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new CodedError('internal', 'Encountered internal server error.', `no ${name} yet`);
  return value;
}
