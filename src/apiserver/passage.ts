import type { UserInfo } from '../apimachinery/contract.ts';
import type { HttpRequest, HttpResponse, StreamBody } from '../http/contract.ts';
import { CallRecord } from './call/record.ts';
import type { ClusterMetrics } from './metrics/cluster-metrics.ts';
import type { Inflight } from './metrics/inflight.ts';
import type { RequestSeries } from './metrics/request-metrics.ts';
import type { RequestInfo } from './request/request-info.ts';

/** One request on its way through the chain of filters, and what is known of it by then. */
export class Passage extends CallRecord {
  readonly request: HttpRequest;
  /** Milliseconds that only grow. */
  readonly startedMs: number;
  /** Who it was proven to come from. */
  caller: UserInfo | undefined;
  /** As whom it is answered. */
  user: UserInfo | undefined;
  /** Set once it is known what it asks for: what is not served is not measured. */
  series: RequestSeries | undefined;
  #counted: Inflight['reads'] | undefined;

  constructor(request: HttpRequest, startedMs: number) {
    super();
    this.request = request;
    this.startedMs = startedMs;
  }

  /** It is at work from now until it is answered; what goes on for long is counted elsewhere. */
  begin(info: RequestInfo, { inflight }: ClusterMetrics): void {
    const { verb } = info;
    if (verb === 'watch') return;
    this.#counted = verb === 'get' || verb === 'list' || verb === 'head' ? inflight.reads : inflight.writes;
    this.#counted.begin(this.startedMs);
  }

  /** There is an answer. `now`: milliseconds that only grow. */
  end(response: HttpResponse, now: () => number): HttpResponse {
    if (this.#counted) this.#counted.running--;
    const { series } = this;
    if (!series) return response;
    const { body } = response;
    if (body !== undefined && 'start' in body && this.request.method !== 'HEAD')
      return { ...response, body: this.#following(body, response.status, now) };
    series.record(response.status, (now() - this.startedMs) / 1000, this.outsideMs / 1000);
    series.recordSize(sizeOf(body));
    return response;
  }

  /** A stream is measured when it is over. */
  #following(body: StreamBody, status: number, now: () => number): StreamBody {
    const { series } = this;
    return {
      ...body,
      start: (sink) => {
        sink.onClose(() => series?.record(status, (now() - this.startedMs) / 1000, this.outsideMs / 1000));
        body.start(sink);
      },
    };
  }
}

function sizeOf(body: HttpResponse['body']): number {
  if (body === undefined || 'start' in body) return 0;
  if (body instanceof Uint8Array) return body.length;
  let bytes = 0;
  for (const chunk of body) bytes += chunk.length;
  return bytes;
}
