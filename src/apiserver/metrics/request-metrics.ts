import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { Counter, Gauge, Histogram, Metrics } from '../../base/index.ts';
import type { HttpRequest } from '../../http/contract.ts';
import type { ResourceRequest } from '../request/request-info.ts';
import {
  deprecatedApis,
  longRunningRequests,
  requestDuration,
  requestSliDuration,
  requestTotal,
  responseSizes,
  terminatedWatchers,
  watchEventSizes,
  watchEvents,
} from './request-families.ts';
import { type AskedKind, dryRunOf, isApply, reportedVerb, scopeOf } from './request-kind.ts';

/** How requests of one kind are called where they are counted. */
interface RequestKind extends AskedKind {
  /** As reported: GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE or CONNECT. */
  readonly name: string;
}

const component = 'apiserver';

/** The figures of requests of one kind for one resource. */
export class RequestSeries {
  readonly #metrics: Metrics;
  readonly #definition: ResourceDefinition;
  readonly kind: RequestKind;
  readonly #codes = new Map<number, Counter>();
  readonly #duration: Histogram;
  readonly #sliDuration: Histogram;
  readonly #sizes: Histogram | undefined;

  constructor(metrics: Metrics, definition: ResourceDefinition, kind: RequestKind) {
    this.#metrics = metrics;
    this.#definition = definition;
    this.kind = kind;
    const place = placeOf(definition, kind);
    this.#duration = metrics.histogram(requestDuration, kind.name, kind.dryRun, ...place);
    this.#sliDuration = metrics.histogram(requestSliDuration, kind.name, ...place);
    if (isRead(kind.name)) this.#sizes = metrics.histogram(responseSizes, kind.name, ...place);
    if (definition.deprecation !== undefined) {
      const { group, version, resource } = definition;
      metrics.gauge(deprecatedApis, group, version, resource, kind.subresource, '').set(1);
    }
  }

  /** One request is over; `outsideSeconds` of its time went to webhooks and queues. */
  record(code: number, seconds: number, outsideSeconds: number): void {
    let counter = this.#codes.get(code);
    if (!counter) {
      const { kind } = this;
      const place = placeOf(this.#definition, kind);
      counter = this.#metrics.counter(requestTotal, kind.name, kind.dryRun, ...place, String(code));
      this.#codes.set(code, counter);
    }
    counter.inc();
    this.#duration.observe(seconds);
    this.#sliDuration.observe(seconds - outsideSeconds);
  }

  /** How much was answered; only what is read counts. */
  recordSize(bytes: number): void {
    this.#sizes?.observe(bytes);
  }

  /** How many of them go on now. */
  running(scope: string): Gauge {
    const [group, version, resource, subresource] = placeOf(this.#definition, this.kind);
    const place = [group, version, resource, subresource, scope, component];
    return this.#metrics.gauge(longRunningRequests, this.kind.name, ...place);
  }
}

/** What was sent to those who watch one resource. */
export class WatchSeries {
  readonly #metrics: Metrics;
  readonly #group: string;
  readonly #resource: string;
  readonly #total: Counter;
  readonly #sizes: Histogram;

  constructor(metrics: Metrics, { group, version, resource }: ResourceDefinition) {
    this.#metrics = metrics;
    this.#group = group;
    this.#resource = resource;
    this.#total = metrics.counter(watchEvents, group, version, resource);
    this.#sizes = metrics.histogram(watchEventSizes, group, version, resource);
  }

  sent(bytes: number): void {
    this.#total.inc();
    this.#sizes.observe(bytes);
  }

  /** A watch was ended because its reader did not take what was sent. */
  terminated(): void {
    this.#metrics.counter(terminatedWatchers, this.#group, this.#resource).inc();
  }
}

/** Finds the figures of a request without making anything for it: each kind is made once. */
export class RequestMetrics {
  readonly #metrics: Metrics;
  readonly #known = new WeakMap<ResourceDefinition, RequestSeries[]>();
  readonly #watches = new WeakMap<ResourceDefinition, WatchSeries>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** The figures that a request counts in; undefined for what the resource does not serve. */
  of(
    definition: ResourceDefinition,
    info: ResourceRequest,
    request: Pick<HttpRequest, 'rawQuery' | 'query' | 'header'>,
  ): RequestSeries | undefined {
    const { verb, subresource } = info;
    const scope = scopeOf(info);
    const dryRun = dryRunOf(request);
    const applies = isApply(info, request);
    let all = this.#known.get(definition);
    if (!all) this.#known.set(definition, (all = []));
    for (const series of all) {
      const { kind } = series;
      if (kind.verb !== verb || kind.subresource !== subresource || kind.scope !== scope) continue;
      if (kind.dryRun === dryRun && kind.isApply === applies) return series;
    }
    const asked = { verb, subresource, scope, dryRun, isApply: applies };
    const name = reportedVerb(definition, asked);
    if (name === undefined) return undefined;
    const made = new RequestSeries(this.#metrics, definition, { ...asked, name });
    all.push(made);
    return made;
  }

  watched(definition: ResourceDefinition): WatchSeries {
    const known = this.#watches.get(definition);
    if (known) return known;
    const made = new WatchSeries(this.#metrics, definition);
    this.#watches.set(definition, made);
    return made;
  }
}

function isRead(verb: string): boolean {
  return verb === 'GET' || verb === 'LIST' || verb === 'WATCH';
}

/** In the order of the labels: group, version, resource, subresource, scope, component. */
function placeOf(
  { group, version, resource }: ResourceDefinition,
  { subresource, scope }: RequestKind,
): readonly [string, string, string, string, string, string] {
  return [group, version, resource, subresource, scope, component];
}
