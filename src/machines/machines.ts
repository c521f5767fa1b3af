import { type Clock, type JsonObject, Recent } from '../base/index.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { filesOf, PodReferences } from './environment.ts';
import { answerRequest, answersOn, type EchoAnswer, type EchoRequest, serveHttp } from './http-echo.ts';
import { type LiveStreams, type ProgramEnd, runLive, Turns } from './live.ts';
import { containerRun, type LogEntry, logEntries } from './log.ts';
import { behindService, fetchFrom } from './network.ts';
import { nodePage } from './node-pages.ts';
import {
  containersOf,
  type MachineContainer,
  type MachinePod,
  objectIn,
  objectsIn,
  text,
  textIn,
} from './pod.ts';
import { isFollowed, processIn } from './program.ts';
import { runWords } from './shell/interpret.ts';
import { nodeUsage, podsOn, podUsage, type Usage } from './usage.ts';

/** Marks the nodes whose machines are simulated here. */
const simulatedAnnotation = 'drydock.dev/node-pool';

/** Containers whose written files are kept, those that were written to last. */
const keptContainers = 64;

export interface ExecAsked {
  readonly container: string;
  readonly command: readonly string[];
  readonly tty: boolean;
}

/** The machines of simulated nodes, of all clusters of a process: all that is asked of them is worked out from objects. */
export class SimulatedMachines {
  readonly #clock: Clock;
  readonly #turns: Turns;
  /** What programs wrote, by pod, container and run. */
  readonly #written = new Recent<Map<string, Buffer>>(keptContainers);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turns = new Turns(clock);
  }

  /** Whether what is asked of a node is answered here. */
  runs(node: JsonObject): boolean {
    return machinePod(node).metadata.annotations?.[simulatedAnnotation] !== undefined;
  }

  /** The log of a container's run; a kubelet's sentence when there is none. */
  log(
    pod: JsonObject,
    cluster: ClusterObjects,
    asked: {
      readonly container: string;
      readonly previous: boolean;
      readonly follow: boolean;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<LogEntry> | string {
    const run = containerRun(machinePod(pod), asked.container, asked.previous);
    if (typeof run === 'string') return run;
    return logEntries({ cluster }, run, { ...asked, clock: this.#clock });
  }

  /** Whether a container runs, so that something can be run in it or attached to it. */
  isRunning(pod: JsonObject, container: string): boolean {
    return this.#running(pod, container) !== undefined;
  }

  /** Runs a command in a container until it ends, or `signal` says so. */
  async exec(
    pod: JsonObject,
    cluster: ClusterObjects,
    asked: ExecAsked,
    session: { readonly streams: LiveStreams; readonly signal: AbortSignal },
  ): Promise<ProgramEnd> {
    const container = this.#running(pod, asked.container);
    if (!container) return { failure: `container not found ("${asked.container}")` };
    const { command, tty } = asked;
    if (!isFollowed(command)) return { failure: notExecutable(command[0] ?? '') };
    const place = machinePod(pod);
    const { namespace = '' } = place.metadata;
    const references = new PodReferences(place, (kind, name) => cluster.find(kind, namespace, name));
    const surroundings = await references.surroundings(container);
    const files = filesOf(surroundings, this.#writtenIn(place, container));
    const process = processIn({ pod: place, container, surroundings }, () => this.#clock.now(), files);
    if (tty) process.env.set('TERM', 'xterm');
    const { streams, signal } = session;
    const fetch = (request: Parameters<typeof fetchFrom>[2]) => fetchFrom(pod, cluster, request);
    const [clock, turns] = [this.#clock, this.#turns];
    return runLive(runWords(command, process), streams, { clock, turns, signal, tty, fetch });
  }

  /** What a container says from now on, until it is over or `signal` says so. */
  async attach(
    pod: JsonObject,
    cluster: ClusterObjects,
    container: string,
    session: { readonly streams: LiveStreams; readonly signal: AbortSignal },
  ): Promise<ProgramEnd> {
    const log = this.log(pod, cluster, { container, previous: false, follow: true, signal: session.signal });
    if (typeof log === 'string') return { failure: log };
    let isPresent = false;
    for await (const entry of log) {
      if (entry === 'caught-up') isPresent = true;
      else if (isPresent) await session.streams.write(1, entry.line);
    }
    return { exitCode: 0 };
  }

  /** Serves a connection to a port of a pod; resolves to why nobody answers there, if so. */
  async connect(
    pod: JsonObject,
    port: number,
    streams: { readonly input: AsyncIterable<Uint8Array>; write(bytes: Uint8Array): Promise<void> },
  ): Promise<string | undefined> {
    if (!answersOn(pod, port)) {
      const { namespace, uid } = machinePod(pod).metadata;
      return `failed to connect to localhost:${port} inside namespace "${uid ?? namespace}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused `;
    }
    await serveHttp(pod, port, streams);
    return undefined;
  }

  /** What a pod's port answers; undefined: nobody listens there. */
  respond(pod: JsonObject, port: number, request: EchoRequest): EchoAnswer | undefined {
    return answersOn(pod, port) ? answerRequest(pod, port, request) : undefined;
  }

  /** A ready pod behind a service's port, which '' and its number or name mean; undefined: none. */
  async behind(
    service: JsonObject,
    cluster: ClusterObjects,
    port: string,
  ): Promise<{ pod: JsonObject; port: number } | undefined> {
    const target = await behindService(service, cluster, port);
    return typeof target === 'string' ? undefined : target;
  }

  /** The port that is meant when nobody says: the first that is declared. */
  usualPort(pod: JsonObject): number {
    const declared = objectsIn(objectIn(pod, 'spec'), 'containers').flatMap((each) =>
      objectsIn(each, 'ports'),
    );
    const port = declared[0]?.['containerPort'];
    return typeof port === 'number' ? port : 80;
  }

  /** What a kubelet answers at a path. */
  async nodePage(node: JsonObject, cluster: ClusterObjects, path: string): Promise<EchoAnswer> {
    return nodePage(node, await cluster.list('pods', ''), { path, nowMs: this.#clock.now() });
  }

  /** What each running container of a pod uses now. */
  podUsage(pod: JsonObject): readonly { readonly name: string; readonly usage: Usage }[] {
    return podUsage(pod, this.#clock.now());
  }

  /** What a node uses now, for those of the pods that are on it and for itself. */
  nodeUsage(node: JsonObject, pods: readonly JsonObject[]): Usage {
    return nodeUsage(podsOn(textIn(objectIn(node, 'metadata'), 'name'), pods), this.#clock.now());
  }

  #running(pod: JsonObject, name: string): MachineContainer | undefined {
    const container = containersOf(machinePod(pod)).find((each) => each.name === name);
    return container && 'running' in objectIn(container.status, 'state') ? container : undefined;
  }

  #writtenIn({ metadata }: MachinePod, { name, status }: MachineContainer): Map<string, Buffer> {
    const key = `${metadata.uid}/${name}/${text(status?.['containerID'])}`;
    const written = this.#written.get(key) ?? new Map<string, Buffer>();
    this.#written.set(key, written);
    return written;
  }
}

function notExecutable(name: string): string {
  const why = `exec: "${name}": executable file not found in $PATH`;
  return `error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`;
}

function machinePod(object: JsonObject): MachinePod {
  // Objects of the API have metadata, and pods a spec.
  return object as unknown as MachinePod;
}
