import type { RecordStore, ResourceRecord } from '../arm/index.ts';
import { CodedError } from '../base/index.ts';

/** Says that a pass cannot go on yet; it is repeated with back-off and not logged as a fault. */
export class RetryLater extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RetryLater';
  }
}

/** Why a record can never become what it asks for; only another request helps. Ends its operation at once. */
export class CannotConverge extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'CannotConverge';
    this.code = code;
  }
}

/** How long an operation is worked on before it fails, of the time that one process runs. */
export const endingLimits = {
  buildMs: 10 * 60_000,
  /** Longer than a hub waits before it lets a silent member go. */
  deletionMs: 30 * 60_000,
} as const;

/** How an operation ends. `leaves`: the record of one that failed, without what was half done for it. */
export type Ending =
  | 'Succeeded'
  | {
      readonly failed: { readonly code: string; readonly message: string };
      readonly leaves?: ((record: ResourceRecord) => ResourceRecord) | undefined;
    };

/**
 * Ends the operation that `seen` carried. Nothing happens when another one has taken its place meanwhile: what a pass found
 * out about the one does not end the other.
 */
export async function settle(records: RecordStore, seen: ResourceRecord, state: Ending): Promise<void> {
  const error = state === 'Succeeded' ? undefined : state.failed;
  const outcome = error ? ({ status: 'Failed', error } as const) : ({ status: 'Succeeded' } as const);
  await records.update(
    seen.id,
    (current) => {
      if (current.operation !== seen.operation) return undefined;
      const left = state === 'Succeeded' ? current : (state.leaves?.(current) ?? current);
      return { ...left, provisioningState: outcome.status };
    },
    outcome,
  );
}

/** What a caller reads of an operation that was given up after `limitMs`; what is no caller's business stays in the log. */
export function reasonOf(
  thrown: unknown,
  limitMs: number,
): { readonly code: string; readonly message: string } {
  if (thrown instanceof CannotConverge) return { code: thrown.code, message: thrown.message };
  const isForCallers = thrown instanceof RetryLater || thrown instanceof CodedError;
  const reason = isForCallers ? thrown.message : 'an internal error, which the log of the service tells';
  const message = `The operation did not end within ${limitMs / 60_000} minutes: ${reason}.`;
  return { code: 'OperationTimedOut', message };
}
