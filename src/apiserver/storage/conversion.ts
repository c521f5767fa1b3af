import { StatusError } from '../../apimachinery/status.ts';
import type { ServedResource } from './served-resource.ts';

/** Throws 500 for an object of another version that only a webhook may convert. */
export function checkServedIn(object: { storedVersion(): string }, served: ServedResource): void {
  if (!served.isConvertedElsewhere) return;
  const storedAs = object.storedVersion();
  if (storedAs !== served.apiVersion) throw notConverted(served, storedAs);
}

/** Throws 500 when objects written in this version would have to be converted to be stored. */
export function checkStorable(served: ServedResource): void {
  if (served.isConvertedElsewhere && served.apiVersion !== served.storageApiVersion)
    throw notConverted(served, served.apiVersion);
}

/** As a real server words a webhook that it cannot reach. */
function notConverted({ definition }: ServedResource, apiVersion: string): StatusError {
  const { kind, convertedBy } = definition;
  const why = `Post "${convertedBy}?timeout=30s": conversion webhooks are not called by this server`;
  return new StatusError(500, '', `conversion webhook for ${apiVersion}, Kind=${kind} failed: ${why}`);
}
