/** A part of Azure that is not built here. */
export interface AbsentNamespace {
  readonly namespace: string;
  /**
   * Type paths and, as their last word, actions: `fleets/updateRuns`, `managedClusters/start`. What hangs on them is
   * absent with them. Without `types` nothing of the namespace is built.
   */
  readonly types?: readonly string[];
}
