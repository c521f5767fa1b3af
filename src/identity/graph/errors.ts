import { CodedError, type ErrorCode } from '../../base/index.ts';
import type { TokenRefusal } from '../contract.ts';

/** A refusal in Graph's envelope. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
  }
}

const statusAndCode: Readonly<Record<ErrorCode, readonly [number, string]>> = {
  invalid: [400, 'Request_BadRequest'],
  unauthenticated: [401, 'InvalidAuthenticationToken'],
  forbidden: [403, 'Authorization_RequestDenied'],
  'not-found': [404, 'Request_ResourceNotFound'],
  'already-exists': [400, 'Request_BadRequest'],
  conflict: [409, 'Request_MultipleObjectsWithSameKeyValue'],
  'precondition-failed': [412, 'PreconditionFailed'],
  gone: [410, 'Gone'],
  'too-large': [413, 'RequestEntityTooLarge'],
  'too-many': [429, 'TooManyRequests'],
  unsupported: [501, 'NotImplemented'],
  unavailable: [503, 'serviceUnavailable'],
  timeout: [504, 'gatewayTimeout'],
  'request-timeout': [408, 'requestTimeout'],
  internal: [500, 'Service_InternalServerError'],
};

const tokenTexts: Readonly<Record<TokenRefusal['reason'], string>> = {
  missing: 'Access token is empty.',
  malformed: 'CompactToken parsing failed with error code: 80049217',
  signature: 'Access token validation failure. Invalid signature.',
  bound: 'Access token validation failure. The token is bound to a key that its bearer has not shown.',
  audience: 'Access token validation failure. Invalid audience.',
  expired: 'Lifetime validation failed, the token is expired.',
  early: 'Lifetime validation failed, the token is not yet valid.',
  tenant: 'Access token validation failure. Invalid tenant.',
  principal: 'Continuous access evaluation resulted in challenge: the account was removed or disabled.',
};

/** Any thrown value as a refusal; what nobody foresaw says nothing about the inside. */
export function asGraphError(thrown: unknown): GraphError {
  if (thrown instanceof GraphError) return thrown;
  if (!(thrown instanceof CodedError) || thrown.code === 'internal') {
    return new GraphError(500, 'Service_InternalServerError', 'Encountered an internal server error.');
  }
  const [status, code] = statusAndCode[thrown.code];
  const reason = thrown.code === 'unauthenticated' ? reasonOf(thrown.detail) : undefined;
  return new GraphError(status, code, reason === undefined ? thrown.message : tokenTexts[reason]);
}

function reasonOf(detail: unknown): TokenRefusal['reason'] | undefined {
  if (typeof detail !== 'object' || detail === null || !('reason' in detail)) return undefined;
  const { reason } = detail;
  return typeof reason === 'string' && reason in tokenTexts ? (reason as TokenRefusal['reason']) : undefined;
}

/** The refusals that this surface makes itself. */
export const graphErrors = {
  unknownSegment: (segment: string) =>
    new GraphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`),
  notBuilt: (segment: string) =>
    new GraphError(501, 'NotImplemented', `'${segment}' of Microsoft Graph is not built in Drydock yet.`),
  unknownVersion: (version: string) =>
    new GraphError(
      400,
      'BadRequest',
      `Invalid version: ${version}. Drydock serves Microsoft Graph v1.0 only.`,
    ),
  wrongMethod: (method: string) =>
    new GraphError(
      405,
      'Request_BadRequest',
      `Specified HTTP method is not allowed for the request target: ${method}.`,
    ),
  unreadableBody: () =>
    new GraphError(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    ),
  onlyForUsers: () =>
    new GraphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.'),
  lockedUser: () =>
    new GraphError(
      429,
      'TooManyRequests',
      'The current password was wrong too many times. Try again in a minute.',
    ),
  denied: () =>
    new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'),
  unknownProperty: (name: string) => new GraphError(400, 'Request_BadRequest', `Invalid property '${name}'.`),
  wrongValue: (name: string, resource: string) =>
    new GraphError(
      400,
      'Request_BadRequest',
      `Invalid value specified for property '${name}' of resource '${resource}'.`,
    ),
  missingValue: (name: string, resource: string) =>
    new GraphError(
      400,
      'Request_BadRequest',
      `A value is required for property '${name}' of resource '${resource}'.`,
    ),
  unsupportedQuery: (message: string) => new GraphError(400, 'Request_UnsupportedQuery', message),
  badFilter: (message: string) => new GraphError(400, 'BadRequest', `Invalid filter clause: ${message}`),
  badRequest: (message: string) => new GraphError(400, 'Request_BadRequest', message),
};
