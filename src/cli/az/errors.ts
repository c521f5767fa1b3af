/** What a failed command prints on stderr, and its exit code: 1 failure, 2 parser, 3 not found. */
export class AzError extends Error {
  readonly exitCode: number;
  /** Lines after the message, without prefix. */
  readonly advice: readonly string[];

  constructor(message: string, options: { exitCode?: number; advice?: readonly string[] } = {}) {
    super(message);
    this.name = 'AzError';
    this.exitCode = options.exitCode ?? 1;
    this.advice = options.advice ?? [];
  }
}

/** A command line that cannot be understood; printed with the command's examples. */
export class UsageError extends AzError {
  /** False when the reference hints do not follow (a bad `--query`). */
  readonly hints: boolean;

  constructor(message: string, options: { advice?: readonly string[]; hints?: boolean } = {}) {
    super(message, { exitCode: 2, ...(options.advice ? { advice: options.advice } : {}) });
    this.name = 'UsageError';
    this.hints = options.hints ?? true;
  }
}

/** The server said no. `code` is the service's own error code. */
export class ServiceError extends AzError {
  readonly status: number;
  readonly code: string;

  constructor(message: string, answer: { status: number; code: string; notFoundExits3?: boolean }) {
    super(message, { exitCode: answer.status === 404 && answer.notFoundExits3 !== false ? 3 : 1 });
    this.name = 'ServiceError';
    this.status = answer.status;
    this.code = answer.code;
  }
}

/** A command that az has and Drydock has not. */
export function notBuilt(what: string): AzError {
  return new AzError(`${what} is not built in Drydock yet.`);
}
