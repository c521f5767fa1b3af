import type { ResourceDefinition } from '../apimachinery/contract.ts';
import { type FieldSet, leaf, setOfPaths } from './field-set.ts';

const status = setOfPaths([['f:status']]);
/** What a request for a certificate says is the server's to fill in. */
const specAndStatus = setOfPaths([['f:spec'], ['f:status']]);
const allButStatus = setOfPaths([['f:spec'], ['f:metadata', 'f:labels'], ['f:metadata', 'f:annotations']]);

/**
 * The paths that a write through an endpoint cannot set, so that nobody comes to own them by it: status through the
 * object itself when it has a status subresource, everything else through `status`.
 */
export function resetFieldsOf(definition: ResourceDefinition, subresource: string): FieldSet {
  if (subresource === 'status') return allButStatus;
  if (subresource === '' && definition.resource === 'certificatesigningrequests') return specAndStatus;
  if (subresource === '' && definition.subresources.status) return status;
  return leaf;
}
