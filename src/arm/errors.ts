import { type ErrorCode, errorCode, errorMessage, type Json, type JsonObject } from '../base/index.ts';

/** An error as Resource Manager answers it: status, code, message and the optional members of its envelope. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly target: string | undefined;
  readonly details: readonly ArmErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, more: ArmErrorExtras = {}) {
    super(message);
    this.name = 'ArmError';
    this.status = status;
    this.code = code;
    this.target = more.target;
    this.details = more.details;
    this.headers = more.headers ?? {};
  }

  /** The body `{ error: { code, message, target?, details? } }`. */
  toBody(): JsonObject {
    const error: JsonObject = { code: this.code, message: this.message };
    if (this.target !== undefined) error.target = this.target;
    if (this.details !== undefined)
      error.details = this.details.map((detail) => ({ ...detail }) satisfies Json);
    return { error };
  }
}

export interface ArmErrorExtras {
  readonly target?: string;
  readonly details?: readonly ArmErrorDetail[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ArmErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  /** What a service says beside these, e.g. where in a query something stands. */
  readonly [more: string]: string | number | undefined;
}

/** Status and code for domain errors that no provider worded itself. */
const codedErrors: Readonly<Record<ErrorCode, readonly [number, string]>> = {
  invalid: [400, 'BadRequest'],
  unauthenticated: [401, 'AuthenticationFailed'],
  forbidden: [403, 'AuthorizationFailed'],
  'not-found': [404, 'NotFound'],
  'already-exists': [409, 'Conflict'],
  conflict: [409, 'Conflict'],
  'precondition-failed': [412, 'PreconditionFailed'],
  gone: [410, 'Gone'],
  'too-large': [413, 'RequestEntityTooLarge'],
  'too-many': [429, 'TooManyRequests'],
  unsupported: [501, 'NotImplemented'],
  unavailable: [503, 'ServiceUnavailable'],
  timeout: [504, 'GatewayTimeout'],
  'request-timeout': [408, 'RequestTimeout'],
  internal: [500, 'InternalServerError'],
};

/** Any thrown value as an ArmError; the text of an unexpected one stays inside. */
export function toArmError(thrown: unknown): ArmError {
  if (thrown instanceof ArmError) return thrown;
  const code = errorCode(thrown);
  const [status, name] = codedErrors[code];
  if (code === 'internal') return new ArmError(status, name, 'Encountered internal server error.');
  const headers: Record<string, string> = status === 503 || status === 429 ? { 'Retry-After': '1' } : {};
  return new ArmError(status, name, errorMessage(thrown), { headers });
}

/** The refusals of Resource Manager itself, one template each. */
export const refusals = {
  missingApiVersion: () =>
    new ArmError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    ),
  invalidApiVersion: (version: string, supported: readonly string[]) =>
    new ArmError(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`,
    ),
  noRegisteredProvider: (a: {
    location: string;
    version: string;
    type: string;
    supported: readonly string[];
    locations: readonly string[];
  }) =>
    new ArmError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '${a.location}' and API version '${a.version}' for type '${a.type}'. ` +
        `The supported api-versions are '${a.supported.join(', ')}'. The supported locations are '${a.locations.join(', ')}'.`,
    ),
  invalidResourceType: (namespace: string, type: string, version: string) =>
    new ArmError(
      404,
      'InvalidResourceType',
      `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'.`,
    ),
  invalidNamespace: (namespace: string) =>
    new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`),
  invalidSubscriptionId: (id: string) =>
    new ArmError(
      400,
      'InvalidSubscriptionId',
      `The provided subscription identifier '${id}' is malformed or invalid.`,
    ),
  subscriptionNotFound: (id: string) =>
    new ArmError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`),
  authorizationFailed: (caller: { name: string; objectId: string }, action: string, scope: string) =>
    new ArmError(
      403,
      'AuthorizationFailed',
      `The client '${caller.name}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' ` +
        `over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  linkedAuthorizationFailed: (
    caller: { name: string; objectId: string },
    demand: { action: string; scope: string; linkedAction: string; linkedScope: string },
  ) =>
    new ArmError(
      403,
      'LinkedAuthorizationFailed',
      `The client '${caller.name}' with object id '${caller.objectId}' has permission to perform action '${demand.action}' on scope ` +
        `'${demand.scope}'; however, it does not have permission to perform action(s) '${demand.linkedAction}' on the linked scope(s) ` +
        `'${demand.linkedScope}' (respectively) or the linked scope(s) are invalid.`,
    ),
  denied: (
    caller: { name: string; objectId: string },
    at: { action: string; scope: string },
    deny: { name: string; id: string; scope: string },
  ) =>
    new ArmError(
      403,
      'DenyAssignmentAuthorizationFailed',
      `The client '${caller.name}' with object id '${caller.objectId}' has permission to perform action '${at.action}' on scope ` +
        `'${at.scope}'; however, the access is denied because of the deny assignment with name '${deny.name}' and Id '${deny.id}' ` +
        `at scope '${deny.scope}'.`,
    ),
  linkedInvalidPropertyId: (value: string, path: string) =>
    new ArmError(
      400,
      'LinkedInvalidPropertyId',
      `Property id '${value}' at path '${path}' is invalid. Expect fully qualified resource Id that start with ` +
        `'/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
    ),
  referenceBeingDeleted: (id: string, by: string) =>
    new ArmError(
      409,
      'ReferencedResourceNotProvisioned',
      `Cannot proceed with operation because resource ${id} used by resource ${by} is not in Succeeded state. Resource is in ` +
        'Deleting state.',
    ),
  groupNotFound: (group: string) =>
    new ArmError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`),
  groupBeingDeleted: (group: string) =>
    new ArmError(
      409,
      'ResourceGroupBeingDeleted',
      `The resource group '${group}' is in deprovisioning state and cannot perform this operation.`,
    ),
  invalidGroupLocation: (wanted: string, existing: string) =>
    new ArmError(
      409,
      'InvalidResourceGroupLocation',
      `Invalid resource group location '${wanted}'. The Resource group already exists in location '${existing}'.`,
    ),
  groupDeletionBlocked: (group: string, ids: readonly string[], details: readonly ArmErrorDetail[]) =>
    new ArmError(
      409,
      'ResourceGroupDeletionBlocked',
      `Deletion of resource group '${group}' failed as resources with identifiers '${ids.join(',')}' could not be deleted. ` +
        'The provisioning state of the resource group will be rolled back.',
      { details },
    ),
  /** `named`: namespace, types and names in turn, e.g. `Microsoft.Network/virtualNetworks/v/subnets/s`. */
  resourceNotFound: (named: string, group: string | undefined) =>
    new ArmError(
      404,
      'ResourceNotFound',
      `The Resource '${named}' ${group === undefined ? '' : `under resource group '${group}' `}was not found. ` +
        'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
    ),
  parentNotFound: (verb: string, type: string, parent: string) =>
    new ArmError(
      404,
      'ParentResourceNotFound',
      `Failed to perform '${verb}' on resource(s) of type '${type}', because the parent resource '${parent}' could not be found.`,
    ),
  locationRequired: () =>
    new ArmError(400, 'LocationRequired', 'The location property is required for this definition.'),
  locationNotAvailable: (location: string, type: string, regions: readonly string[]) =>
    new ArmError(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${location}' is not available for resource type '${type}'. ` +
        `List of available regions for the resource type is '${regions.join(',')}'.`,
    ),
  invalidResourceLocation: (a: { name: string; existing: string; group: string; wanted: string }) =>
    new ArmError(
      409,
      'InvalidResourceLocation',
      `The resource '${a.name}' already exists in location '${a.existing}' in resource group '${a.group}'. A resource with the same ` +
        `name cannot be created in location '${a.wanted}'. Please select a new resource name.`,
    ),
  invalidContent: (detail: string) =>
    new ArmError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: '${detail}'.`,
    ),
  unknownMember: (name: string) =>
    new ArmError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: 'Could not find member '${name}' on object of type ` +
        `'ResourceDefinition'. Path '${name}'.'.`,
    ),
  unsupportedMediaType: (given: string) =>
    new ArmError(
      415,
      'UnsupportedMediaType',
      `The content media type '${given}' is not supported. Only 'application/json' is supported.`,
    ),
  missingRegistration: (namespace: string) => {
    const message =
      `The subscription is not registered to use namespace '${namespace}'. ` +
      'See https://aka.ms/rps-not-found for how to register subscriptions.';
    return new ArmError(409, 'MissingSubscriptionRegistration', message, {
      details: [{ code: 'MissingSubscriptionRegistration', message, target: namespace }],
    });
  },
  readOnlySubscription: (id: string) =>
    new ArmError(
      409,
      'ReadOnlyDisabledSubscription',
      `The subscription '${id}' is disabled and therefore marked as read only. You cannot perform any write actions on this ` +
        'subscription until it is re-enabled.',
    ),
  scopeLocked: (id: string, operation: 'delete' | 'write', scopes: readonly string[]) =>
    new ArmError(
      409,
      'ScopeLocked',
      `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${scopes.join(',')}'. ` +
        'Please remove the lock and try again.',
    ),
  invalidName: (name: string, type: string, broken: { readonly rule: string; readonly code?: string }) =>
    new ArmError(
      400,
      broken.code ?? 'InvalidResourceName',
      `Resource name '${name}' is invalid for type '${type}'. A name must be: ${broken.rule}.`,
    ),
  invalidTagCharacters: (name: string) =>
    new ArmError(
      400,
      'InvalidTagNameCharacters',
      `The tag names '${name}' have reserved characters '<,>,%,&,\\,?,/' or control characters.`,
    ),
  invalidTags: (reason: string) => new ArmError(400, 'InvalidTag', reason),
  preconditionFailed: (id: string, condition: string) =>
    new ArmError(
      412,
      'PreconditionFailed',
      `The condition '${condition}' in the request does not hold for the resource '${id}'.`,
    ),
  operationRunning: (code: string, id: string, state: string) =>
    new ArmError(
      409,
      code,
      `Another operation is in progress on the resource '${id}' (provisioning state '${state}'). Please try again later.`,
      { headers: { 'Retry-After': '1' } },
    ),
  propertyChangeNotAllowed: (path: string) =>
    new ArmError(400, 'PropertyChangeNotAllowed', `Changing property '${path}' is not allowed.`, {
      target: path,
    }),
  /** The code and the sentence of Microsoft.Network, which other providers share here. */
  notPatchable: (member: string, patchable: readonly string[]) =>
    new ArmError(
      400,
      'OnlyTagsSupportedForPatch',
      `PATCH request content includes ${member} property. Only ${patchable.join(' and ')} ` +
        `${patchable.length > 1 ? 'properties are' : 'property is'} currently supported.`,
      { target: member },
    ),
  invalidParameter: (name: string, reason: string) =>
    new ArmError(
      400,
      'InvalidParameter',
      `The value of parameter ${name} is invalid. Error details: ${reason}`,
      {
        target: name,
      },
    ),
  invalidFilter: (reason: string) => new ArmError(400, 'InvalidFilterInQueryString', reason),
  routeNotFound: (path: string) =>
    new ArmError(404, 'NotFound', `No route of Resource Manager matches the path '${path}'.`),
  unsupportedFilter: (type: string) =>
    new ArmError(
      400,
      'InvalidFilterInQueryString',
      `Invalid $filter: lists of '${type}' do not support one. Leave it out and choose among the answers.`,
    ),
  unsupportedOption: (name: string, what: string) =>
    new ArmError(
      400,
      'UnsupportedQueryOption',
      `The query option '${name}' is not supported by lists of '${what}'. Leave it out.`,
      { target: name },
    ),
  notBuilt: (what: string) => new ArmError(501, 'NotImplemented', `${what} is not built in Drydock yet.`),
  methodNotAllowed: (method: string, path: string, allowed: readonly string[]) =>
    new ArmError(405, 'MethodNotAllowed', `The method '${method}' is not supported for '${path}'.`, {
      headers: { allow: allowed.join(', ') },
    }),
  contention: (id: string) =>
    new ArmError(
      409,
      'Conflict',
      `The resource '${id}' was changed by others during this request. Please try again.`,
      {
        headers: { 'Retry-After': '1' },
      },
    ),
} as const;

/** A 401 with the challenge that clients read the tenant from. */
export function unauthenticated(code: string, message: string, authorizationUri: string): ArmError {
  return new ArmError(401, code, message, {
    headers: {
      'WWW-Authenticate': `Bearer authorization_uri="${authorizationUri}", error="invalid_token", error_description="${message.replaceAll('"', "'")}"`,
    },
  });
}
