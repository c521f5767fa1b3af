import { CodedError, type ErrorCode, type JsonObject } from '../base/index.ts';
import type { FieldError } from './contract.ts';
import { firstTold } from './told.ts';
import { aggregated } from './validation/go-text.ts';

/** A failed request as `metav1.Status`; `message` is worded as apimachinery's `errors` package words it. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  /** Seconds for a `Retry-After` header. */
  readonly retryAfterSeconds: number | undefined;
  /** The Status' own metadata. */
  readonly listMetadata: JsonObject = {};

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonObject,
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.listMetadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** What an error is about: a resource and, when known, one object of it. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
}

/** `deployments.apps`, or `pods` for the core group. */
function qualifiedResource({ group, resource }: Subject): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function detailsOf({ group, resource, name }: Subject): JsonObject {
  return {
    ...(name === undefined || name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  };
}

export function notFound(subject: Subject): StatusError {
  const message = `${qualifiedResource(subject)} "${subject.name ?? ''}" not found`;
  return new StatusError(404, 'NotFound', message, detailsOf(subject));
}

export function alreadyExists(subject: Subject): StatusError {
  const message = `${qualifiedResource(subject)} "${subject.name ?? ''}" already exists`;
  return new StatusError(409, 'AlreadyExists', message, detailsOf(subject));
}

/** A new object was to have a name of chance, and its name is taken. */
export function noUniqueName(subject: Subject): StatusError {
  const message = `${alreadyExists(subject).message}, the server was not able to generate a unique name for the object`;
  return new StatusError(409, 'AlreadyExists', message, { ...detailsOf(subject), retryAfterSeconds: 1 }, 1);
}

const objectModified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(subject: Subject, why: string = objectModified, causes?: JsonObject[]): StatusError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(subject)} "${subject.name ?? ''}": ${why}`;
  return new StatusError(409, 'Conflict', message, { ...detailsOf(subject), ...(causes ? { causes } : {}) });
}

export function forbidden(subject: Subject, why: string, causes?: JsonObject[]): StatusError {
  const named = subject.name ? `${qualifiedResource(subject)} "${subject.name}"` : qualifiedResource(subject);
  return new StatusError(403, 'Forbidden', `${named} is forbidden: ${why}`, {
    ...detailsOf(subject),
    ...(causes ? { causes } : {}),
  });
}

/** 422 with one cause per field error; several errors stand in brackets. */
export function invalid(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const shown = firstTold(errors, ({ field, message }) => field.length + message.length);
  const lines = shown.map(fieldErrorText);
  if (shown.length < errors.length) lines.push(`and ${errors.length - shown.length} more`);
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${aggregated(lines)}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: shown.map(({ reason, message, field }) => ({ reason, message, field: field || '<nil>' })),
  });
}

/** A field error as messages say it: the path, and what is wrong there. */
export function fieldErrorText({ field, message }: FieldError): string {
  return `${field === '' ? '<nil>' : field}: ${message}`;
}

/** 403 of an admission webhook, worded as the API server passes it on. Source: controller-runtime, `admission.Denied`. */
export function deniedByWebhook(webhook: string, why: string): StatusError {
  return new StatusError(403, 'Forbidden', `admission webhook "${webhook}" denied the request: ${why}`);
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** 404 for paths that nothing serves: to HTTP clients a text, as the real server answers. */
export class PageNotFound extends StatusError {
  constructor() {
    super(404, 'NotFound', 'the server could not find the requested resource', {});
    this.name = 'PageNotFound';
  }
}

/** 405 of custom resources, which name what they do not do. */
export function methodNotSupported(subject: Subject, action: string): StatusError {
  const message = `${action} is not supported on resources of kind "${qualifiedResource(subject)}"`;
  return new StatusError(405, 'MethodNotAllowed', message, detailsOf(subject));
}

export function resourceNotServed(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** `listMetadata`: what a list in its place would say of itself, such as a token to go on with. */
export function expired(message: string, listMetadata: JsonObject = {}): StatusError {
  return Object.assign(new StatusError(410, 'Expired', message), { listMetadata });
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${accepted.join(', ')}`,
  );
}

export function internalError(message: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  });
}

const statusOfCode: Readonly<Record<ErrorCode, readonly [number, string]>> = {
  invalid: [400, 'BadRequest'],
  unauthenticated: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  'not-found': [404, 'NotFound'],
  'already-exists': [409, 'AlreadyExists'],
  conflict: [409, 'Conflict'],
  'precondition-failed': [412, 'Conflict'],
  gone: [410, 'Expired'],
  'too-large': [413, 'RequestEntityTooLarge'],
  'too-many': [429, 'TooManyRequests'],
  unsupported: [501, 'NotImplemented'],
  unavailable: [503, 'ServiceUnavailable'],
  timeout: [504, 'Timeout'],
  'request-timeout': [408, 'Timeout'],
  internal: [500, 'InternalError'],
};

/** Any thrown value as a StatusError. Text of unknown errors stays inside: the caller logs it. */
export function statusErrorOf(thrown: unknown): StatusError {
  if (thrown instanceof StatusError) return thrown;
  if (!(thrown instanceof CodedError)) return internalError('unexpected failure, see the server log');
  if (thrown.code === 'unauthenticated') return unauthorized();
  if (thrown.code === 'too-large') {
    return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${thrown.message}`);
  }
  const [code, reason] = statusOfCode[thrown.code];
  const retrySeconds = thrown.code === 'too-many' || thrown.code === 'unavailable' ? 1 : undefined;
  return new StatusError(code, reason, thrown.message, undefined, retrySeconds);
}

/** The `Status` of a finished delete. */
export function successStatus(subject: Subject, uid: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...detailsOf(subject), uid },
  };
}
