import { refused, type Write } from '../../../apimachinery/admission.ts';
import { readMetadata } from '../../../apimachinery/metadata.ts';
import { objectAt } from '../../../apimachinery/read.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';

const ownStatus = ['capacity', 'conditions', 'allocatedResourceStatuses', 'allocatedResources'];
const ownMetadata = ['resourceVersion', 'managedFields'];

/** A node tells how large a volume has become, and nothing else of its claim. */
export function restrictClaim(node: string, write: Write): void {
  const { subresource, operation, object, old } = write;
  if (subresource !== 'status') throw refused(write, 'may only update PVC status');
  if (operation !== 'UPDATE' || !object || !old) {
    throw refused(write, `unexpected operation ${JSON.stringify(operation)}`);
  }
  if (jsonEqual(others(object), others(old))) return;
  const what = 'fields other than status.quantity and status.conditions';
  throw refused(write, `node "${node}" is not allowed to update ${what}`);
}

function others(claim: JsonObject): JsonObject {
  return {
    ...claim,
    metadata: without(readMetadata(claim), ownMetadata),
    status: without(objectAt(claim, 'status'), ownStatus),
  };
}

function without(object: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([member]) => !members.includes(member)));
}
