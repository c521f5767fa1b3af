/**
 * The closed set of things that can go wrong in domain code. Each outer surface (Resource Manager, Kubernetes,
 * OAuth, Graph, the command line) maps a code to its own envelope in one file of its own.
 */
export type ErrorCode =
  | 'invalid' // the caller's input is wrong; repeating it cannot help
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'already-exists'
  | 'conflict' // the state moved on, or an operation is running: read again and retry
  | 'precondition-failed'
  | 'gone' // a revision older than the compaction point
  | 'too-large'
  | 'too-many' // a limit on count or rate
  | 'unsupported' // understood, not built: the message says so
  | 'unavailable' // not now: starting, stopping, or a dependency is away
  | 'timeout'
  | 'request-timeout' // the caller took too long to send his request
  | 'internal';

/** A domain error. `message` is for the caller; `detail` is for the log and never leaves the process. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly detail: unknown;

  constructor(code: ErrorCode, message: string, detail?: unknown) {
    super(message);
    this.name = 'CodedError';
    this.code = code;
    this.detail = detail;
  }
}

/** The code of any thrown value; whatever is not a CodedError is `internal`. */
export function errorCode(thrown: unknown): ErrorCode {
  return thrown instanceof CodedError ? thrown.code : 'internal';
}

/** The text of any thrown value. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
