import type { Json, JsonObject } from '../base/index.ts';

/** Results of an action as resources: `GET {resource}/{word}/{id}`, 202 until it has ended and 200 from then on. */
export interface ActionResults {
  /** A reader needs `{type}/{word}/read`. */
  readonly word: string;
  show(run: ActionRun): JsonObject;
}

/** One run of an action that runs `later`. */
export interface ActionRun {
  /** Letters and digits. */
  readonly id: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  /** What it answered. */
  readonly result?: Json;
  readonly error?: OperationError;
}

export interface OperationError {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly JsonObject[];
}
