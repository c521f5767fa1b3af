import { groupIdOf } from '../ids.ts';
import type { Operation } from '../records/operation.ts';
import type { Services } from '../services.ts';

/** Version in the links to operations; any version is served there. */
const operationsVersion = '2024-11-01';

/** Where to poll: `Azure-AsyncOperation` and, for verbs that end at a Location, that one too. */
export function operationHeaders(
  operation: Operation,
  origin: string,
  apiVersion = operationsVersion,
): Record<string, string> {
  const headers: Record<string, string> = {
    'Azure-AsyncOperation': operationUrl(operation, origin, { word: 'operationStatuses', apiVersion }),
    'Retry-After': String(operation.retryAfterSeconds),
  };
  if (operation.verb !== 'put') {
    headers.Location = operationUrl(operation, origin, { word: 'operationResults', apiVersion });
  }
  return headers;
}

/** The path of an operation's status, as its `id` member prints it. */
export function operationPath(operation: Operation, word: string): string {
  const { subscriptionId, namespace, location, id } = operation;
  const scope = subscriptionId === '' ? '' : `/subscriptions/${subscriptionId}`;
  return `${scope}/providers/${namespace}/locations/${location}/${word}/${id}`;
}

function operationUrl(
  operation: Operation,
  origin: string,
  at: { readonly word: string; readonly apiVersion: string },
): string {
  const seal = operation.seal === undefined ? '' : `&seal=${operation.seal}`;
  return `${origin}${operationPath(operation, at.word)}?api-version=${at.apiVersion}${seal}`;
}

/** Location in an operation's path: the resource's, else its group's. */
export function operationLocation(id: string, location: string | undefined, services: Services): string {
  if (location !== undefined) return location;
  const groupId = groupIdOf(id);
  return (groupId && services.records.cache.get(groupId)?.record.location) || 'global';
}
