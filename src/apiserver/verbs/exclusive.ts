import type { Call, ClusterParts } from '../call/call.ts';

/** What is chosen for these depends on all others of their kind: two at once would be given the same. */
const exclusive = new Set([
  'core/services',
  'apiextensions.k8s.io/customresourcedefinitions',
  'scheduling.k8s.io/priorityclasses',
]);

/** Runs a write from its admission to its commit: of some resources one after the other. */
export function inTurn<T>({ storage }: ClusterParts, call: Call, write: () => Promise<T>): Promise<T> {
  const { storageKey } = call.resource;
  if (call.subresource !== '' || !exclusive.has(storageKey)) return write();
  return storage.turns.run(`all ${storageKey}`, write);
}
