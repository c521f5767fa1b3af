import { StatusError } from '../../apimachinery/status.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { require } from '../call/find.ts';
import { invalidVersionText, isVersion, tooLargeVersion } from '../request/resource-version.ts';

/** `get` of an object or its status. */
export async function get(parts: ClusterParts, call: Call): Promise<Answer> {
  const { resourceVersion } = call.options;
  if (resourceVersion !== '') checkVersion(parts, resourceVersion);
  const found = require(parts, call);
  // What is there already is not waited for.
  const object = found instanceof Promise ? await found : found;
  return { type: 'object', code: 200, resource: call.resource, object };
}

function checkVersion({ storage }: ClusterParts, text: string): void {
  if (!isVersion(text)) throw new StatusError(500, '', invalidVersionText(text));
  const current = storage.revision();
  if (Number(text) > current) throw tooLargeVersion(Number(text), current);
}
