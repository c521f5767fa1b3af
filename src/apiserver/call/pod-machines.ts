import type { JsonObject } from '../../base/index.ts';

/** What machines look up of their cluster. */
export interface MachineObjects {
  find(resource: string, namespace: string, name: string): Promise<JsonObject | undefined>;
  list(resource: string, namespace: string): Promise<readonly JsonObject[]>;
}

/** A line of a log; `caught-up` stands where the log has come to the present. */
export type LogEntry = { readonly atMs: number; readonly line: Uint8Array } | 'caught-up';

/** What stands behind pods and nodes, where something does: the node's side of the API. */
export interface PodMachines {
  /** Whether what is asked of a node is answered here. */
  runs(node: JsonObject): boolean;
  /** A kubelet's sentence when there is no such log. */
  log(
    pod: JsonObject,
    cluster: MachineObjects,
    asked: {
      readonly container: string;
      readonly previous: boolean;
      readonly follow: boolean;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<LogEntry> | string;
}
