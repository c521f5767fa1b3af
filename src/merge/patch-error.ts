import type { Json } from '../base/index.ts';

/** One entry of `status.details.causes`. */
export interface PatchCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A patch that cannot be applied, in the words and with the HTTP status that kube-apiserver uses. */
export class PatchError extends Error {
  /** HTTP status: 400, 409, 413, 422 or 500. */
  readonly status: number;
  /** `status.reason`; empty when the real server sends none. */
  readonly reason: string;
  readonly causes: readonly PatchCause[];
  /** What the real server keeps to itself when the patch is a caller's own, and tells of others. Absent: the message. */
  explanation: (() => string) | undefined;

  constructor(status: number, reason: string, message: string, causes: readonly PatchCause[] = []) {
    super(message);
    this.name = 'PatchError';
    this.status = status;
    this.reason = reason;
    this.causes = causes;
  }
}

/** 400: the patch is not one. */
export function badPatch(message: string): PatchError {
  return new PatchError(400, 'BadRequest', message);
}

/** 422 without an explanation: the real server keeps the reason of a JSON patch that does not apply to itself. */
export function patchDoesNotApply(): PatchError {
  return new PatchError(422, 'Invalid', 'the server rejected our request due to an error in our request');
}

/** The word that Go's JSON decoder has for the type of a value. */
export function goTypeWord(value: Json | undefined): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      return value === null ? 'null' : 'object';
  }
}
