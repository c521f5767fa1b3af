import type { JsonObject } from '../../base/index.ts';

/** What machines look up of their cluster. */
export interface MachineObjects {
  find(resource: string, namespace: string, name: string): Promise<JsonObject | undefined>;
  list(resource: string, namespace: string): Promise<readonly JsonObject[]>;
}

/** A line of a log; `caught-up` stands where the log has come to the present. */
export type LogEntry = { readonly atMs: number; readonly line: Uint8Array } | 'caught-up';

/** What a program in a pod is connected to. */
export interface ProgramStreams {
  /** Undefined: nothing is read. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  write(fd: 1 | 2, bytes: Uint8Array): Promise<void>;
}

export interface ProgramSession {
  readonly streams: ProgramStreams;
  /** Ends the program. */
  readonly signal: AbortSignal;
}

/** What became of a program. */
export type ProgramEnd = { readonly exitCode: number } | { readonly failure: string };

/** What a container or a node uses at one moment. */
export interface Used {
  readonly cpuNanoCores: number;
  readonly memoryBytes: number;
}

/** A request that a proxy hands on. */
export interface MachineRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MachineAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One connection to a port of a pod. */
export interface PortStreams {
  readonly input: AsyncIterable<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
}

/** What stands behind pods and nodes, where something does: the node's side of the API. */
export interface PodMachines {
  /** Whether what is asked of a node is answered here. */
  runs(node: JsonObject): boolean;
  /** Whether a container runs, so that something can be run in it or attached to it. */
  isRunning(pod: JsonObject, container: string): boolean;
  /** Runs a command in a container. */
  exec(
    pod: JsonObject,
    cluster: MachineObjects,
    asked: { readonly container: string; readonly command: readonly string[]; readonly tty: boolean },
    session: ProgramSession,
  ): Promise<ProgramEnd>;
  /** What a container says from now on. */
  attach(
    pod: JsonObject,
    cluster: MachineObjects,
    container: string,
    session: ProgramSession,
  ): Promise<ProgramEnd>;
  /** Serves a connection to a port of a pod; resolves to why nobody answers there, if so. */
  connect(pod: JsonObject, port: number, streams: PortStreams): Promise<string | undefined>;
  /** What a pod's port answers; undefined: nobody listens there. */
  respond(pod: JsonObject, port: number, request: MachineRequest): MachineAnswer | undefined;
  /** The port that is meant when nobody says. */
  usualPort(pod: JsonObject): number;
  /** A ready pod behind a service's port, which '' and its number or name mean; undefined: none. */
  behind(
    service: JsonObject,
    cluster: MachineObjects,
    port: string,
  ): Promise<{ readonly pod: JsonObject; readonly port: number } | undefined>;
  /** What a kubelet answers at a path. */
  nodePage(node: JsonObject, cluster: MachineObjects, path: string): Promise<MachineAnswer>;
  /** What each running container of a pod uses. */
  podUsage(pod: JsonObject): readonly { readonly name: string; readonly usage: Used }[];
  /** What a node uses, for those of the pods that are on it and for itself. */
  nodeUsage(node: JsonObject, pods: readonly JsonObject[]): Used;
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
