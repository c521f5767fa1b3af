import type { StatusError } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ByteSink, StreamBody } from '../../http/contract.ts';
import type { Rendering } from '../request/accept.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { SelectedEvent, WatchConsumer, WatchSource } from '../storage/watch-source.ts';
import { type IncludeObject, partialOf, tableOf } from './transform.ts';

export const watchStreamLimits = {
  /**
   * Bytes that wait for a slow reader before its watch is ended; it resumes where it was. What waits are references to
   * stored objects, encoded when their turn comes.
   */
  waitingBytes: 16 * 1024 * 1024,
} as const;

export interface WatchStreamOptions {
  readonly resource: ServedResource;
  readonly source: WatchSource;
  readonly rendering: Rendering;
  readonly includeObject: IncludeObject;
  readonly now: () => number;
}

/** A watch as lines of JSON, for a response body. */
export function watchStream(options: WatchStreamOptions): StreamBody {
  return {
    start(sink) {
      sink.onClose(() => options.source.close());
      options.source.start(new EventWriter(sink, options));
    },
  };
}

class EventWriter implements WatchConsumer {
  readonly #sink: ByteSink;
  readonly #options: WatchStreamOptions;
  #waiting: Waiting[] = [];
  /** How many of them have gone out. */
  #sent = 0;
  #waitingBytes = 0;
  #blocked = false;
  #ended = false;
  #beginning = true;
  #columnsSent = false;

  constructor(sink: ByteSink, options: WatchStreamOptions) {
    this.#sink = sink;
    this.#options = options;
    // What existed before is not the reader's fault, however slow it is: the limit counts from then on.
    queueMicrotask(() => {
      this.#beginning = false;
    });
  }

  event(event: SelectedEvent): void {
    if (this.#blocked) this.#wait(event, event.object.byteLength);
    else this.#write(this.#encode(event));
  }

  bookmark(revision: number, initialEventsEnd: boolean): void {
    const { resource, rendering } = this.#options;
    const metadata: JsonObject = { resourceVersion: String(revision), creationTimestamp: null };
    if (initialEventsEnd) metadata['annotations'] = { 'k8s.io/initial-events-end': 'true' };
    let object: JsonObject = { kind: resource.definition.kind, apiVersion: resource.apiVersion, metadata };
    if (rendering.as === 'table')
      object = { kind: 'Table', apiVersion: rendering.metaVersion, metadata, rows: [] };
    if (rendering.as === 'partial') object = partialOf({ metadata }, rendering.metaVersion);
    this.#write(line('BOOKMARK', JSON.stringify(object)));
  }

  error(error: StatusError): void {
    this.#write(line('ERROR', JSON.stringify(error.toStatus())));
  }

  end(): void {
    this.#ended = true;
    if (this.#waiting.length === this.#sent) this.#sink.end();
  }

  #encode(event: SelectedEvent): Buffer {
    const { rendering, resource, includeObject, now } = this.#options;
    const { metaVersion, as } = rendering;
    if (as === 'plain') return encodedOnce(event, resource);
    if (as === 'partial') {
      return formedOnce(event, resource, `partial ${metaVersion}`, (object) =>
        partialOf(object, metaVersion),
      );
    }
    const omitColumns = this.#columnsSent;
    this.#columnsSent = true;
    return formedOnce(event, resource, `table ${metaVersion} ${includeObject} ${omitColumns}`, (object) => {
      const metadata = { resourceVersion: String(event.object.revision) };
      const shape = { metaVersion, includeObject, nowMs: now(), omitColumns };
      return tableOf(resource.definition.columns, [object], metadata, shape);
    });
  }

  #write(chunk: Buffer): void {
    if (this.#blocked) this.#wait(chunk, chunk.length);
    else if (!this.#sink.write(chunk)) this.#block();
  }

  #wait(next: SelectedEvent | Buffer, bytes: number): void {
    this.#waiting.push({ next, bytes: this.#beginning ? 0 : bytes });
    if (this.#beginning) return;
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= watchStreamLimits.waitingBytes) return;
    this.#options.source.close();
    this.#waiting = [];
    this.#sent = 0;
    this.#sink.end();
  }

  #block(): void {
    this.#blocked = true;
    this.#sink.onDrain(() => this.#drain());
  }

  #drain(): void {
    this.#blocked = false;
    while (!this.#blocked) {
      const first = this.#waiting[this.#sent];
      if (!first) break;
      this.#sent++;
      this.#waitingBytes -= first.bytes;
      const { next } = first;
      this.#blocked = !this.#sink.write(Buffer.isBuffer(next) ? next : this.#encode(next));
    }
    this.#forgetSent();
    if (this.#blocked) this.#block();
    else if (this.#ended) this.#sink.end();
  }

  /** Moves the rest up only when as much was sent: each entry is moved once or twice, however slow the reader is. */
  #forgetSent(): void {
    if (this.#sent * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#sent);
    this.#sent = 0;
  }
}

interface Waiting {
  readonly next: SelectedEvent | Buffer;
  /** What counts against the limit. */
  readonly bytes: number;
}

/** The latest event as bytes: all watchers are told of it in one go, so one slot is enough. */
const latest: {
  object: StoredObject | undefined;
  type: string;
  resource: ServedResource | undefined;
  bytes: Buffer;
} = { object: undefined, type: '', resource: undefined, bytes: Buffer.alloc(0) };

function encodedOnce({ type, object }: SelectedEvent, resource: ServedResource): Buffer {
  if (latest.object !== object || latest.type !== type || latest.resource !== resource) {
    latest.bytes = Buffer.concat([eventHeads[type], object.bytes(resource), eventEnd]);
    latest.object = object;
    latest.type = type;
    latest.resource = resource;
  }
  return latest.bytes;
}

/** The same for Tables and metadata: each form is made once for all watchers that want it. */
const latestForms: {
  object: StoredObject | undefined;
  type: string;
  resource: ServedResource | undefined;
  value: JsonObject;
  readonly lines: Map<string, Buffer>;
} = { object: undefined, type: '', resource: undefined, value: {}, lines: new Map() };

function formedOnce(
  { type, object }: SelectedEvent,
  resource: ServedResource,
  form: string,
  make: (value: JsonObject) => JsonObject,
): Buffer {
  if (latestForms.object !== object || latestForms.type !== type || latestForms.resource !== resource) {
    latestForms.object = object;
    latestForms.type = type;
    latestForms.resource = resource;
    latestForms.value = object.peek(resource);
    latestForms.lines.clear();
  }
  const known = latestForms.lines.get(form);
  if (known) return known;
  const made = line(type, JSON.stringify(make(latestForms.value)));
  latestForms.lines.set(form, made);
  return made;
}

const eventHeads = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const;
const eventEnd = Buffer.from('}\n');

function line(type: string, object: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${object}}\n`);
}
