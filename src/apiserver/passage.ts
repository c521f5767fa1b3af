import type { AccessDecision, UserInfo } from '../apimachinery/contract.ts';
import type { JsonObject } from '../base/index.ts';
import type { HttpRequest, HttpResponse, StreamBody } from '../http/contract.ts';
import type { Audit, AuditedRequest } from './audit/index.ts';
import { CallRecord } from './call/record.ts';
import type { Entry } from './flow-control/index.ts';
import type { ClusterMetrics } from './metrics/cluster-metrics.ts';
import type { Inflight } from './metrics/inflight.ts';
import type { RequestSeries } from './metrics/request-metrics.ts';
import type { RequestInfo } from './request/request-info.ts';

/** How a request ended that was not simply answered. */
type Mishap = 'not recognised' | 'panic';

const auditIdHeader = 'audit-id';
const schemaHeader = 'x-kubernetes-pf-flowschema-uid';

/** What goes on for long: its answer begins before it is over. */
const lastingSubresources: ReadonlySet<string> = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** One request on its way through the chain of filters, and what is known of it by then. */
export class Passage extends CallRecord {
  readonly request: HttpRequest;
  /** Milliseconds that only grow. */
  readonly startedMs: number;
  /** What the request is called in the audit log: as it says, or a new id. */
  readonly auditId: string;
  /** Who it was proven to come from. */
  caller: UserInfo | undefined;
  /** As whom it is answered. */
  user: UserInfo | undefined;
  /** Set once it is known what it asks for: what is not served is not measured. */
  series: RequestSeries | undefined;
  /** Set when something of it is written in the audit log. */
  audited: AuditedRequest | undefined;
  /** Set when it was counted in a priority level. */
  entry: Entry | undefined;
  #info: RequestInfo | undefined;
  #mishap: Mishap | undefined;
  #counted: Inflight['reads'] | undefined;

  constructor(request: HttpRequest, startedMs: number, auditId: string) {
    super();
    this.request = request;
    this.startedMs = startedMs;
    this.auditId = auditId;
  }

  /** It is at work from now until it is answered; what goes on for long is counted elsewhere. */
  begin(info: RequestInfo, { inflight }: ClusterMetrics): void {
    this.#info = info;
    const { verb } = info;
    if (verb === 'watch') return;
    this.#counted = verb === 'get' || verb === 'list' || verb === 'head' ? inflight.reads : inflight.writes;
    this.#counted.begin(this.startedMs);
  }

  /** Whoever asks is known. */
  recognised(caller: UserInfo, audit: Audit | undefined): void {
    this.caller = caller;
    if (!audit || !this.#info) return;
    this.audited = audit.begin(this.request, this.#info, { user: caller, auditId: this.auditId });
    this.audited?.reach('RequestReceived');
  }

  /** Nobody knows who asks. */
  notRecognised(audit: Audit | undefined): void {
    if (!audit || !this.#info) return;
    this.audited = audit.begin(this.request, this.#info, { user: undefined, auditId: this.auditId });
    this.#mishap = 'not recognised';
  }

  impersonates(user: UserInfo): void {
    this.user = user;
    if (user !== this.caller) this.audited?.impersonated(user);
  }

  authorized({ decision, reason }: AccessDecision): void {
    if (!this.audited) return;
    this.audited.annotate({
      'authorization.k8s.io/decision': decision === 'allow' ? 'allow' : 'forbid',
      'authorization.k8s.io/reason': reason,
    });
  }

  /** It was refused, or the server failed over it. */
  refused(code: number, status: JsonObject | undefined, mishap?: 'panic'): void {
    if (mishap) this.#mishap = mishap;
    const object = status && this.audited?.wantsResponse ? JSON.stringify(status) : undefined;
    this.audited?.answered(code, { status, object });
  }

  /** There is an answer. `now`: milliseconds that only grow. */
  end(response: HttpResponse, now: () => number): HttpResponse {
    if (this.#counted) this.#counted.running--;
    const { body, status } = response;
    if (this.audited) this.#answerBegins(this.audited, status);
    if (body !== undefined && 'start' in body && this.request.method !== 'HEAD')
      return this.#named({ ...response, body: this.#followed(body, () => this.#over(status, now)) });
    this.series?.recordSize(sizeOf(body));
    this.#over(status, now);
    return this.#named(response);
  }

  /** What every answer says in its headers: what its request is called, and of which schema and level it is. A record of the caller's own. */
  names(): Record<string, string | readonly string[]> {
    const headers: Record<string, string | readonly string[]> = { [auditIdHeader]: this.auditId };
    const flow = this.entry?.flow;
    if (flow) {
      headers[schemaHeader] = flow.schemaUid;
      headers['x-kubernetes-pf-prioritylevel-uid'] = flow.levelUid;
    }
    return headers;
  }

  /** An answer that has its names already stays as it is; one of another server keeps the id that that one gave. */
  #named(response: HttpResponse): HttpResponse {
    const { headers } = response;
    const given = headers?.[auditIdHeader];
    if (given === this.auditId && headers?.[schemaHeader] === this.entry?.flow?.schemaUid) return response;
    const kept = given === undefined ? {} : { [auditIdHeader]: given };
    return { ...response, headers: { ...headers, ...this.names(), ...kept } };
  }

  #answerBegins(audited: AuditedRequest, code: number): void {
    if (this.annotated) audited.annotate(this.annotated);
    audited.began(code);
    const lasts = this.#mishap === 'not recognised' || isLasting(this.#info);
    if (lasts && this.#mishap !== 'panic') audited.reach('ResponseStarted');
  }

  #over(code: number, now: () => number): void {
    this.series?.record(code, (now() - this.startedMs) / 1000, this.outsideMs / 1000);
    // Who is not recognised is told so, and that is all.
    if (this.#mishap === 'not recognised') return;
    this.audited?.reach(this.#mishap === 'panic' ? 'Panic' : 'ResponseComplete');
  }

  /** A stream is over when it was closed, for whatever reason. */
  #followed(body: StreamBody, over: () => void): StreamBody {
    if (!this.series && !this.audited) return body;
    return {
      ...body,
      start: (sink) => {
        sink.onClose(over);
        body.start(sink);
      },
    };
  }
}

function isLasting(info: RequestInfo | undefined): boolean {
  if (info?.kind !== 'resource') return false;
  return info.verb === 'watch' || info.verb === 'proxy' || lastingSubresources.has(info.subresource);
}

function sizeOf(body: HttpResponse['body']): number {
  if (body === undefined || 'start' in body) return 0;
  if (body instanceof Uint8Array) return body.length;
  let bytes = 0;
  for (const chunk of body) bytes += chunk.length;
  return bytes;
}
