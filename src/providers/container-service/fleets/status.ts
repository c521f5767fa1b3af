import type { ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';

/** `status` of a fleet or member: the operation that runs or ended last, and its error. */
export function operationStatus({ operation, lastOperation }: ResourceRecord): JsonObject {
  const lastOperationId = operation ?? lastOperation?.id;
  if (lastOperationId === undefined) return {};
  const error = operation === undefined ? lastOperation?.error : undefined;
  return { lastOperationId, ...(error && { lastOperationError: { ...error } }) };
}
