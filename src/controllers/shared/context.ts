import type { ClusterClient } from '../../apimachinery/client.ts';
import { type TypedClient, typedClient } from '../../apimachinery/kinds.ts';
import type { Clock, Logger, Random } from '../../base/index.ts';
import { type ControllerOptions, InformerSet } from '../../reconcile/index.ts';
import { ServedKinds } from './discovery.ts';
import { type EventRecorder, eventRecorder } from './event-recorder.ts';

/** What every controller of one cluster works with. */
export interface ClusterContext extends Pick<ControllerOptions, 'clock' | 'random' | 'log' | 'signal'> {
  readonly client: TypedClient;
  readonly informers: InformerSet;
  readonly events: EventRecorder;
  /** What the cluster serves, custom kinds included. */
  readonly served: ServedKinds;
}

/** Controllers that run; `close` stops them and resolves when the last pass has ended. */
export interface RunningControllers {
  close(): Promise<void>;
}

/** Makes the context of a cluster; `close` ends its watches and every controller that runs on its signal. */
export function clusterContext(options: {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}): { readonly context: ClusterContext; readonly close: () => void } {
  const { clock, random, log } = options;
  const stop = new AbortController();
  const client = typedClient(options.client);
  const informers = new InformerSet(options);
  const events = eventRecorder({ client, clock, log });
  const served = new ServedKinds(options.client);
  return {
    context: { client, informers, events, served, clock, random, log, signal: stop.signal },
    close() {
      stop.abort();
      events.close();
      informers.close();
    },
  };
}
