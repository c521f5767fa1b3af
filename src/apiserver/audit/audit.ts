import type { UserInfo } from '../../apimachinery/contract.ts';
import type { Clock, CounterFamily, Metrics } from '../../base/index.ts';
import type { HttpRequest } from '../../http/contract.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { AuditedRequest, type EventTarget } from './audited-request.ts';
import type { AuditEvent, ObjectReference } from './event.ts';
import type { AuditPolicy } from './policy.ts';
import { type AuditedAttributes, RuleIndex } from './rule-index.ts';
import { sourceIps } from './source-ips.ts';

/** Takes events. It keeps nobody waiting, and never throws. */
export interface AuditSink {
  /** As the real server's plug-ins are called: `log`, `webhook`. */
  readonly name: string;
  /** False: the event is lost. */
  take(event: AuditEvent): boolean;
}

/** What is audited, and where it is written. */
export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly sinks: readonly AuditSink[];
  /** Stand on every event: what tells the events of several servers apart that are written to one place. */
  readonly annotations?: Readonly<Record<string, string>>;
}

const eventTotal: CounterFamily = {
  type: 'counter',
  name: 'apiserver_audit_event_total',
  help: 'Counter of audit events generated and sent to the audit backend.',
  labels: [],
  stability: 'ALPHA',
};
const levelTotal: CounterFamily = {
  type: 'counter',
  name: 'apiserver_audit_level_total',
  help: 'Counter of policy levels for audit events (1 per request).',
  labels: ['level'],
  stability: 'ALPHA',
};
const errorTotal: CounterFamily = {
  type: 'counter',
  name: 'apiserver_audit_error_total',
  help: 'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.',
  labels: ['plugin'],
  stability: 'ALPHA',
};
const rejectedTotal: CounterFamily = {
  type: 'counter',
  name: 'apiserver_audit_requests_rejected_total',
  help: 'Counter of apiserver requests rejected due to an error in audit logging backend.',
  labels: [],
  stability: 'ALPHA',
};

/** Counts that are shown also where nothing is audited. */
export function countNothingAudited(metrics: Metrics): void {
  metrics.counter(eventTotal);
  metrics.counter(rejectedTotal);
}

/** Decides for each request of one cluster what is written of it. */
export class Audit implements EventTarget {
  readonly #rules: RuleIndex;
  readonly #sinks: readonly AuditSink[];
  readonly #annotations: Readonly<Record<string, string>>;
  readonly #metrics: Metrics;
  readonly #clock: Clock;

  constructor(options: AuditOptions, parts: { readonly metrics: Metrics; readonly clock: Clock }) {
    this.#rules = new RuleIndex(options.policy);
    this.#sinks = options.sinks;
    this.#annotations = options.annotations ?? {};
    this.#metrics = parts.metrics;
    this.#clock = parts.clock;
  }

  /** Undefined when nothing is written of the request. `user`: before any impersonation; undefined: not recognised. */
  begin(
    request: HttpRequest,
    info: RequestInfo,
    asked: { readonly user: UserInfo | undefined; readonly auditId: string },
  ): AuditedRequest | undefined {
    const decision = this.#rules.decide(attributesOf(request, info, asked.user));
    this.#metrics.counter(levelTotal, decision.level).inc();
    if (decision.level === 'None') return undefined;
    const { path, rawQuery } = request;
    const facts = {
      ...asked,
      uri: rawQuery === '' ? path : `${path}?${rawQuery}`,
      verb: info.verb,
      sourceIps: sourceIps(request),
      userAgent: request.header('user-agent') ?? '',
      object: objectOf(info),
      receivedMs: this.#clock.now(),
    };
    const audited = new AuditedRequest(decision, facts, this);
    audited.annotate(this.#annotations);
    return audited;
  }

  take(event: AuditEvent): void {
    this.#metrics.counter(eventTotal).inc();
    for (const sink of this.#sinks) if (!sink.take(event)) this.#metrics.counter(errorTotal, sink.name).inc();
  }

  now(): number {
    return this.#clock.now();
  }
}

function attributesOf(
  request: HttpRequest,
  info: RequestInfo,
  user: UserInfo | undefined,
): AuditedAttributes {
  return {
    user,
    verb: info.verb,
    resource: info.kind === 'resource' ? info : undefined,
    path: unescaped(request.path),
  };
}

/** Rules name paths as they are meant, however they are written. */
function unescaped(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function objectOf(info: RequestInfo): ObjectReference | undefined {
  if (info.kind === 'path') return undefined;
  const { resource, namespace, name, group, version, subresource } = info;
  return {
    ...{ resource, namespace, name, uid: '', apiGroup: group, apiVersion: version },
    ...{ resourceVersion: '', subresource },
  };
}
