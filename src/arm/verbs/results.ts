import type { ActionResults, ActionRun } from '../action-results.ts';
import type { RouteAnswer } from '../contract.ts';
import type { Operation } from '../records/operation.ts';

/** The 202 of an action whose result is a resource: it leads to that resource. */
export function runningResult(
  operation: Operation,
  results: ActionResults,
  { origin, apiVersion, resourceId }: { origin: string; apiVersion: string; resourceId: string },
): RouteAnswer {
  const run = runOf(operation);
  return {
    status: 202,
    headers: {
      Location: `${origin}${resourceId}/${results.word}/${run.id}?api-version=${apiVersion}`,
      'Retry-After': String(operation.retryAfterSeconds),
    },
    body: results.show(run),
  };
}

/** An operation as a run of its action. Clients read its id out of addresses as a word, which has no hyphens. */
export function runOf({ id, startedAtMs, endedAtMs, status, result, error }: Operation): ActionRun {
  return {
    id: id.replaceAll('-', ''),
    startedAtMs,
    status,
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(result !== undefined && { result }),
    ...(error && { error }),
  };
}

/** The operation of a run; undefined for what is no id of one. */
export function operationIdOf(runId: string): string | undefined {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i.exec(runId);
  return parts?.slice(1).join('-').toLowerCase();
}
