import type { StatusError } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ByteSink, StreamBody } from '../../http/contract.ts';
import type { Encoding, EventPlace } from '../encode/encoding.ts';
import type { WatchSeries } from '../metrics/request-metrics.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { SelectedEvent, WatchConsumer, WatchSource } from '../storage/watch-source.ts';

const watchStreamLimits = {
  /**
   * Bytes that wait for a slow reader before its watch is ended; it resumes where it was. What waits are references to
   * stored objects, encoded when their turn comes.
   */
  waitingBytes: 16 * 1024 * 1024,
} as const;

/** Which events go out, and as what bytes. */
export interface WatchStreamOptions {
  readonly resource: ServedResource;
  readonly source: WatchSource;
  readonly encoding: Encoding;
  readonly now: () => number;
  /** Each event is a WebSocket message, whose end is its own. */
  readonly asMessages: boolean;
  /** Where it is counted. */
  readonly series: WatchSeries | undefined;
}

/** A watch as lines of JSON or frames of protobuf, for a response body; each chunk is one event. */
export function watchStream(options: WatchStreamOptions): StreamBody {
  return {
    messages: options.encoding.messages,
    start(sink) {
      // A watch that never begins holds nothing.
      if (sink.closed) return;
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
  #place: EventPlace;

  constructor(sink: ByteSink, options: WatchStreamOptions) {
    this.#sink = sink;
    this.#options = options;
    const { resource, now, asMessages } = options;
    this.#place = { resource, now, isFirst: true, asMessage: asMessages };
    // What existed before is not the reader's fault, however slow it is: the limit counts from then on.
    queueMicrotask(() => {
      this.#beginning = false;
    });
  }

  event(event: SelectedEvent): void {
    const { type, object } = event;
    // Not the event itself: the state before it may be far larger than what is counted.
    if (this.#blocked) this.#wait({ type, object }, object.byteLength);
    else this.#write(this.#encode(event));
  }

  bookmark(revision: number, initialEventsEnd: boolean): void {
    const metadata: JsonObject = { resourceVersion: String(revision), creationTimestamp: null };
    if (initialEventsEnd) metadata['annotations'] = { 'k8s.io/initial-events-end': 'true' };
    this.#write(this.#options.encoding.bookmark(metadata, this.#place));
  }

  error(error: StatusError): void {
    this.#write(this.#options.encoding.failure(error.toStatus(), this.#place));
  }

  end(): void {
    this.#ended = true;
    if (this.#waiting.length === this.#sent) this.#sink.end();
  }

  cut(): void {
    this.#waiting = [];
    this.#sent = 0;
    this.#sink.end();
  }

  #encode(event: SelectedEvent): Buffer {
    const encoded = this.#options.encoding.event(event, this.#place);
    if (this.#place.isFirst) this.#place = { ...this.#place, isFirst: false };
    return encoded;
  }

  #write(chunk: Buffer): void {
    if (this.#blocked) this.#wait(chunk, chunk.length);
    else if (!this.#send(chunk)) this.#block();
  }

  #send(chunk: Buffer): boolean {
    this.#options.series?.sent(chunk.length);
    return this.#sink.write(chunk);
  }

  #wait(next: SelectedEvent | Buffer, bytes: number): void {
    this.#waiting.push({ next, bytes: this.#beginning ? 0 : bytes });
    if (this.#beginning) return;
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= watchStreamLimits.waitingBytes) return;
    this.#options.source.close();
    this.#options.series?.terminated();
    this.cut();
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
      this.#blocked = !this.#send(Buffer.isBuffer(next) ? next : this.#encode(next));
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
