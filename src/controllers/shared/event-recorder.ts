import type { KubeObject, ObjectRef } from '../../apimachinery/client.ts';
import { refOf, type TypedClient } from '../../apimachinery/kinds.ts';
import { type Clock, errorMessage, type Logger, rfc3339Seconds } from '../../base/index.ts';
import { type EventObject, eventObjects, type ObjectReference } from '../kinds/core.ts';

export const eventLimits = {
  /** Events that wait to be written; further ones are dropped. */
  waitingEvents: 10_000,
  /** Events remembered so that a repetition counts up instead of adding one. */
  rememberedEvents: 4096,
  concurrentWrites: 8,
} as const;

export interface NewEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Who says it, e.g. `deployment-controller`. */
  readonly component: string;
  /** The node that says it. */
  readonly host?: string;
  /** The part of the object, e.g. `spec.containers{web}`. */
  readonly fieldPath?: string;
}

/** Writes Events beside the work: it never delays a controller and never fails one. */
export interface EventRecorder {
  record(object: KubeObject, event: NewEvent): void;
  close(): void;
}

export function eventRecorder(options: {
  readonly client: TypedClient;
  readonly clock: Clock;
  readonly log: Logger;
}): EventRecorder {
  return new QueuedRecorder(options);
}

interface Remembered {
  readonly ref: ObjectRef;
  count: number;
}

class QueuedRecorder implements EventRecorder {
  readonly #client: TypedClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Oldest first. */
  readonly #remembered = new Map<string, Remembered>();
  #waiting: (() => Promise<unknown>)[] = [];
  #running = 0;
  #sequence = 0;
  #closed = false;

  constructor(options: { readonly client: TypedClient; readonly clock: Clock; readonly log: Logger }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  record(object: KubeObject, event: NewEvent): void {
    if (this.#closed || this.#waiting.length >= eventLimits.waitingEvents) return;
    const identity = [object.metadata.uid, event.reason, event.message, event.component, event.host].join(
      '\0',
    );
    const known = this.#remembered.get(identity);
    if (known) this.#waiting.push(() => this.#countUp(known));
    else this.#waiting.push(() => this.#create(identity, object, event));
    this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#remembered.clear();
  }

  #run(): void {
    while (this.#running < eventLimits.concurrentWrites) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running++;
      next()
        .catch((thrown) => this.#log.debug('event not written', { error: errorMessage(thrown) }))
        .finally(() => {
          this.#running--;
          this.#run();
        });
    }
  }

  async #create(identity: string, object: KubeObject, event: NewEvent): Promise<void> {
    const { namespace = 'default', name = '' } = object.metadata;
    const written = this.#eventOf({ ...refOf(object), namespace, name }, object, event);
    this.#remember(identity, { ref: refOf(written), count: 1 });
    await this.#client.create(eventObjects, written);
  }

  #eventOf(target: ObjectRef, object: KubeObject, event: NewEvent): EventObject {
    const nowMs = this.#clock.now();
    const at = rfc3339Seconds(nowMs);
    // The name of client-go's recorder: the object's, with a time in nanoseconds that is never used twice.
    const unique = (BigInt(nowMs) * 1_000_000n + BigInt(this.#sequence++ % 1_000_000)).toString(16);
    const { namespace = 'default' } = target;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${target.name}.${unique}`, namespace },
      involvedObject: referenceTo(object, event.fieldPath),
      reason: event.reason,
      message: event.message,
      type: event.type,
      source: { component: event.component, ...(event.host ? { host: event.host } : {}) },
      reportingComponent: event.component,
      reportingInstance: event.host ?? '',
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
    };
  }

  async #countUp(known: Remembered): Promise<void> {
    known.count++;
    const body = { count: known.count, lastTimestamp: rfc3339Seconds(this.#clock.now()) };
    await this.#client.patch(eventObjects, known.ref, { type: 'merge', body });
  }

  #remember(identity: string, remembered: Remembered): void {
    this.#remembered.set(identity, remembered);
    if (this.#remembered.size <= eventLimits.rememberedEvents) return;
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest);
      return;
    }
  }
}

function referenceTo(object: KubeObject, fieldPath: string | undefined): ObjectReference {
  const { namespace, name = '', uid = '', resourceVersion = '' } = object.metadata;
  return {
    kind: object.kind,
    apiVersion: object.apiVersion,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    resourceVersion,
    ...(fieldPath ? { fieldPath } : {}),
  };
}
