import type { Clock, JsonObject } from '../base/index.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { containerRun, type LogEntry, logEntries } from './log.ts';
import type { MachinePod } from './pod.ts';

/** Marks the nodes whose machines are simulated here. */
const simulatedAnnotation = 'drydock.dev/node-pool';

/** The machines of simulated nodes, of all clusters of a process: all that is asked of them is worked out from objects. */
export class SimulatedMachines {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
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
}

function machinePod(object: JsonObject): MachinePod {
  // Objects of the API have metadata, and pods a spec.
  return object as unknown as MachinePod;
}
