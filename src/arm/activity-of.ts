import type { Activity } from './activity/entry.ts';
import type { Exchange } from './pipeline/exchange.ts';
import type { Answer } from './services.ts';

/** Of a text that came from outside. */
const textLimits = { characters: 1_024 } as const;

/**
 * What a request did, when it is one that the activity log keeps: a change or an action in a subscription by somebody who may do it.
 * Refusals for want of a right are in the audit trail alone: nobody without a role fills this log.
 */
export function activityOf(
  exchange: Exchange,
  answer: Answer & { readonly error?: { readonly code: string; readonly message: string } },
  about: { readonly startedAtMs: number; readonly nowMs: number },
): Activity | undefined {
  const { request, isAuthorized } = exchange;
  if (!isAuthorized || request.method === 'GET' || request.method === 'HEAD') return undefined;
  const { target, callerIfAny: caller } = exchange;
  const { subscriptionId } = target.path;
  if (subscriptionId === undefined || !caller || target.permission.endsWith('/read')) return undefined;
  const clientRequestId = request.header('x-ms-client-request-id');
  const operationId = answer.error ? undefined : runningOperation(answer);
  return {
    id: exchange.requestId,
    atMs: about.startedAtMs,
    endedAtMs: about.nowMs,
    outcome: answer.error ? 'Failed' : operationId === undefined ? 'Succeeded' : 'Accepted',
    subscriptionId,
    resourceId: target.id,
    action: target.permission,
    caller,
    correlationId: exchange.correlationId,
    method: request.method,
    uri: short(exchange.url),
    address: request.connection.remoteAddress,
    ...(clientRequestId !== undefined && { clientRequestId: short(clientRequestId) }),
    httpStatus: answer.status,
    ...(answer.error && { error: { code: answer.error.code, message: short(answer.error.message) } }),
    ...(operationId !== undefined && { operationId }),
  };
}

function short(text: string): string {
  return text.slice(0, textLimits.characters);
}

/** The operation that an answer leads to; undefined when it has ended already, as a seal in its link says. */
function runningOperation({ headers }: Answer): string | undefined {
  const link = headers?.['Azure-AsyncOperation'] ?? headers?.Location;
  if (link === undefined || /[?&]seal=/.test(link)) return undefined;
  return /\/(?:operationStatuses|operationResults)\/([0-9a-f-]{36})(?:\?|$)/i.exec(link)?.[1];
}
