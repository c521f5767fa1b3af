import { parseId, type ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { durationText } from './present.ts';
import { type Step, workOf } from './work.ts';

/** The operations of a deployment: one for each resource that has begun, the latest first, and one for its outputs. */
export function operationsOf(record: ResourceRecord): JsonObject[] {
  const begun = workOf(record)
    .steps.filter(({ startedAtMs }) => startedAtMs !== undefined)
    .sort((a, b) => (b.startedAtMs ?? 0) - (a.startedAtMs ?? 0));
  return begun.map((step) => operationOf(record, step));
}

function operationOf(record: ResourceRecord, step: Step): JsonObject {
  const path = parseId(step.id);
  const { error, startedAtMs = 0, endedAtMs } = step;
  const atMs = endedAtMs ?? startedAtMs;
  return {
    id: `${record.id}/operations/${step.operationId}`,
    operationId: step.operationId,
    properties: {
      provisioningOperation: step.isRemoval ? 'Delete' : step.isRead ? 'Read' : 'Create',
      provisioningState: step.state,
      timestamp: new Date(atMs).toISOString(),
      duration: durationText(atMs - startedAtMs),
      trackingId: workOf(record).correlationId,
      ...(step.statusCode !== undefined && { statusCode: step.statusCode }),
      ...(error && { statusMessage: { status: 'Failed', error } }),
      targetResource: {
        id: step.id,
        ...(path && {
          resourceType: `${path.namespace}/${path.types.join('/')}`,
          resourceName: path.names.join('/'),
        }),
      },
    },
  };
}
