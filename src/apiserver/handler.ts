import type { UserInfo } from '../apimachinery/contract.ts';
import { PageNotFound, StatusError, statusErrorOf, unauthorized } from '../apimachinery/status.ts';
import { errorMessage, type Gauge } from '../base/index.ts';
import { callerProven } from '../http/callers.ts';
import type { Handler, HttpRequest, HttpResponse } from '../http/contract.ts';
import { answerHealth } from '../http/health.ts';
import type { AskedElsewhere } from './aggregation/pass-on.ts';
import type { RemoteService } from './aggregation/remote-service.ts';
import { auditAnswer, auditedBody } from './answer/audited.ts';
import { comingBody, httpBody } from './answer/body.ts';
import { documentInForm } from './answer/document-forms.ts';
import { checkForm, hasColumns, respond, statusResponse } from './answer/respond.ts';
import { warningHeaders } from './answer/warning-headers.ts';
import { anonymous, type Credential, type Recognised } from './authn/authenticate.ts';
import type { RequestMoment } from './authz/lasting-requests.ts';
import type { Answer, Call, ClusterParts } from './call/call.ts';
import { answerPath, type PathParts, refusedMethod } from './discovery/paths.ts';
import { routeTo } from './discovery/route.ts';
import { readIncludeObject } from './encode/include-object.ts';
import type { Wish } from './encode/index.ts';
import type { FlowGate } from './flow-control/index.ts';
import { authorize, type Gate, recognise } from './gate.ts';
import type { ClusterMetrics } from './metrics/cluster-metrics.ts';
import { streamScope } from './metrics/request-kind.ts';
import { asksForMetrics, metricsDocument } from './node-metrics/metrics-api.ts';
import type { Answered } from './options.ts';
import { Passage } from './passage.ts';
import { checkRoutable, errorRendering, negotiate, plainJson } from './request/accept.ts';
import { readOptions } from './request/options.ts';
import { wantsPretty } from './request/pretty.ts';
import { type RequestInfo, type ResourceRequest, readRequestInfo } from './request/request-info.ts';
import { confirmedSubprotocol } from './request/subprotocols.ts';
import type { WatchSource } from './storage/watch-source.ts';
import { dispatch } from './verbs/dispatch.ts';

export interface HandlerParts extends Gate {
  readonly cluster: ClusterParts;
  readonly paths: PathParts;
  readonly health: Parameters<typeof answerHealth>[1];
  /** Takes the place of the caller when the request says so and the caller may. */
  readonly impersonate: (request: HttpRequest, user: UserInfo) => UserInfo | Promise<UserInfo>;
  /** Paths that are none of the others' (OpenAPI, key sets); undefined: no such path. */
  readonly extraPaths: (request: HttpRequest) => Promise<HttpResponse | undefined>;
  readonly metrics: ClusterMetrics;
  /** Who serves what a request asks for; undefined: this server. */
  readonly elsewhere: (info: RequestInfo) => RemoteService | undefined;
  /** What nodes and pods use; undefined: this server does not say. */
  readonly nodeMetrics:
    | ((info: ResourceRequest, query: URLSearchParams) => Promise<HttpResponse>)
    | undefined;
  readonly passOn: (remote: RemoteService, asked: AskedElsewhere) => Promise<HttpResponse>;
  /** When a request is worked on. Those of clients in this process do not pass it. */
  readonly flow: FlowGate;
  readonly observe: ((answered: Answered) => void) | undefined;
}

const noHeaders = {};

/** The filter chain of an API server: who, may they, what; then the verb, then the form of the answer. */
export function createHandler(parts: HandlerParts): Handler {
  const { clock, random } = parts.cluster;
  const now = () => clock.monotonic();
  return async (request) => {
    const passage = new Passage(request, now(), request.header('audit-id') || random.uuid());
    let response: HttpResponse;
    try {
      response = await answered(parts, passage);
    } catch (thrown) {
      response = failure(parts, passage, thrown);
    }
    response = passage.end(passage.entry?.leave(response) ?? response, now);
    if (parts.observe) {
      const { caller, user } = passage;
      parts.observe({ request, response, caller, user });
    }
    return response;
  };
}

/** The answer, as a promise of nobody in between: nearly every request would wait at each step. */
function answered(parts: HandlerParts, passage: Passage): Promise<HttpResponse> {
  const info = readRequestInfo(passage.request);
  passage.begin(info, parts.metrics);
  const since = parts.cluster.lasting.moment();
  const recognised = recognise(parts, passage, info);
  // What is known already is not waited for, here and below.
  if (recognised instanceof Promise)
    return recognised.then((known) => answerRecognised(parts, passage, { info, since, ...known }));
  return answerRecognised(parts, passage, {
    info,
    since,
    user: recognised.user,
    credential: recognised.credential,
  });
}

function answerRecognised(
  parts: HandlerParts,
  passage: Passage,
  { info, since, user: caller, credential }: Recognised & { info: RequestInfo; since: RequestMoment },
): Promise<HttpResponse> {
  passage.recognised(caller, parts.audit);
  if (caller !== anonymous) callerProven(passage.request, caller.username);
  const proof = { credential, caller, since };
  const taken = parts.impersonate(passage.request, caller);
  if (taken instanceof Promise) return taken.then((user) => enter(parts, passage, { info, user, proof }));
  return enter(parts, passage, { info, user: taken, proof });
}

/** What a caller asks for, and how it is known who he is: undefined for callers in this process. */
interface Asking {
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly proof: Proof | undefined;
}

/** Has the request wait for its turn. */
function enter(parts: HandlerParts, passage: Passage, asking: Asking): Promise<HttpResponse> {
  const { info, user } = asking;
  passage.impersonates(user);
  const coming = comingBody(passage.request, info);
  // What is passed on is read at the pace of whoever gets it.
  const body = coming && !parts.elsewhere(info) ? coming : undefined;
  const entered = parts.flow.enter(passage.request, { info, user, body });
  if (entered instanceof Promise) {
    return entered.then((entry) => {
      passage.entry = entry;
      return answerEntered(parts, passage, asking);
    });
  }
  passage.entry = entered;
  return answerEntered(parts, passage, asking);
}

/** Its turn has come, or is refused it. */
function answerEntered(parts: HandlerParts, passage: Passage, asking: Asking): Promise<HttpResponse> {
  const { entry } = passage;
  if (entry?.refusal) return Promise.resolve(entry.refusal);
  if (entry) passage.outsideMs += entry.waitedMs;
  return answerAs(parts, passage, asking);
}

/** The chain for a caller who is known already. */
export async function answerKnown(
  parts: HandlerParts,
  request: HttpRequest,
  user: UserInfo,
): Promise<HttpResponse> {
  const passage = new Passage(request, parts.cluster.clock.monotonic(), '');
  try {
    const info = readRequestInfo(request);
    return await answerAs(parts, passage, { info, user, proof: undefined });
  } catch (thrown) {
    return failure(parts, passage, thrown);
  }
}

function answerAs(parts: HandlerParts, passage: Passage, asking: Asking): Promise<HttpResponse> {
  const waits = authorize(parts, asking.info, { user: asking.user, passage });
  return waits
    ? waits.then(() => answerAllowed(parts, passage, asking))
    : answerAllowed(parts, passage, asking);
}

function answerAllowed(parts: HandlerParts, passage: Passage, asking: Asking): Promise<HttpResponse> {
  const { info, user, proof } = asking;
  const remote = parts.elsewhere(info);
  if (remote) return answerElsewhere(parts, passage.request, { remote, info, user, proof });
  if (parts.nodeMetrics && info.kind === 'resource' && asksForMetrics(info)) {
    return parts.nodeMetrics(info, passage.request.query);
  }
  return info.kind === 'path'
    ? answerOther(parts, passage.request)
    : answerResource(parts, passage, { info, user, proof });
}

/** For callers in this process discovery keeps to what is here: loops over all kinds never wait for others. */
async function answerElsewhere(
  parts: HandlerParts,
  request: HttpRequest,
  asked: { remote: RemoteService; info: RequestInfo; user: UserInfo; proof: Proof | undefined },
): Promise<HttpResponse> {
  const { remote, info, user, proof } = asked;
  if (!proof && info.kind === 'path') return serviceUnavailable;
  const whileLasting = proof ? lastsFor(parts, request, { info, proof }) : () => () => {};
  return parts.passOn(remote, { request, info, user, whileLasting });
}

/** As long as the same request would be allowed to begin. */
function lastsFor(
  parts: HandlerParts,
  request: HttpRequest,
  asked: { info: RequestInfo; proof: Proof },
): AskedElsewhere['whileLasting'] {
  const judge = judgeOf(parts, request, asked);
  return (end) => parts.cluster.lasting.add({ judge, end }, asked.proof.since);
}

/** How the caller was recognised. */
interface Proof {
  readonly credential: Credential | undefined;
  /** Before any impersonation. */
  readonly caller: UserInfo;
  /** Before the first question about it was asked. */
  readonly since: RequestMoment;
}

/** Lets a watch go on as long as the same request would be allowed to begin. */
function guardWatch(
  parts: HandlerParts,
  request: HttpRequest,
  watch: { info: ResourceRequest; source: WatchSource; proof: Proof },
): void {
  const { source, proof } = watch;
  const judge = judgeOf(parts, request, watch);
  source.whileRunning(() => parts.cluster.lasting.add({ judge, end: () => source.revoke() }, proof.since));
}

/** Throws when the same request would not be allowed to begin any more. */
function judgeOf(
  parts: HandlerParts,
  request: HttpRequest,
  { info, proof }: { info: RequestInfo; proof: Proof },
): (identitiesChanged: boolean) => Promise<void> {
  const { credential } = proof;
  let { caller } = proof;
  return async (identitiesChanged: boolean): Promise<void> => {
    if (identitiesChanged && credential) {
      const now = await parts.authentication.verify(credential);
      if (!now) throw unauthorized();
      caller = now;
    }
    await authorize(parts, info, { user: await parts.impersonate(request, caller) });
  };
}

function countWhileRunning(source: WatchSource, gauge: Gauge): void {
  source.whileRunning(() => {
    gauge.inc();
    return () => gauge.dec();
  });
}

async function answerOther(parts: HandlerParts, request: HttpRequest): Promise<HttpResponse> {
  const answer =
    refusedMethod(request, parts.paths) ??
    (parts.nodeMetrics && metricsDocument(request.path)) ??
    documentOf(parts, request) ??
    (await answerHealth(request, parts.health)) ??
    (await parts.extraPaths(request));
  if (answer) return answer;
  throw new PageNotFound();
}

function documentOf({ paths }: HandlerParts, request: HttpRequest): HttpResponse | undefined {
  const document = answerPath(request, paths);
  return document && documentInForm(request, document);
}

/** What there is no Status for is answered in text. */
const plainText = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

/** A path that nothing serves. */
function pageNotFound(): HttpResponse {
  return { status: 404, headers: plainText, body: Buffer.from('404 page not found\n') };
}

const serviceUnavailable: HttpResponse = {
  status: 503,
  headers: plainText,
  body: Buffer.from('service unavailable\n'),
};

function answerResource(
  parts: HandlerParts,
  passage: Passage,
  { info, user, proof }: { info: ResourceRequest; user: UserInfo; proof: Proof | undefined },
): Promise<HttpResponse> {
  const { cluster } = parts;
  const { request } = passage;
  const resource = routeTo(cluster.resources, info);
  passage.series = parts.metrics.requests.of(resource.definition, info, request);
  const accept = request.header('accept');
  if (!resource.custom && !streams.has(info.subresource)) {
    checkRoutable(accept, info.verb === 'list' || info.verb === 'watch');
  }
  const body = httpBody(request);
  const warnings = deprecations(resource, info, body);
  return answerRouted(parts, passage, { info, user, proof, resource, body, warnings });
}

/** A request for a resource once a route has led to it. */
interface Routed {
  readonly info: ResourceRequest;
  readonly user: UserInfo;
  readonly proof: Proof | undefined;
  readonly resource: Call['resource'];
  readonly body: Call['body'];
  readonly warnings: string[];
}

/** What goes wrong from here on is told with the warnings that there were until then. */
async function answerRouted(parts: HandlerParts, passage: Passage, routed: Routed): Promise<HttpResponse> {
  const { info, proof, resource, warnings } = routed;
  try {
    const { call, rendering, includeObject } = callOf(passage, routed);
    const answer = await dispatch(parts.cluster, call);
    return toldOf(parts, passage, { info, proof, resource, warnings, rendering, includeObject, answer });
  } catch (thrown) {
    if (warnings.length > 0 && thrown instanceof StatusError) toldWith.set(thrown, warnings);
    throw thrown;
  }
}

/** The form that a caller wants of an answer. */
type Form = Pick<Wish, 'rendering' | 'includeObject'>;

/** What the verb is handed, and the form that the caller wants of its answer. Throws 400 and 406. */
function callOf(passage: Passage, routed: Routed): Form & { readonly call: Call } {
  const { info, user, resource, body, warnings } = routed;
  const { request, audited } = passage;
  const rendering = streams.has(info.subresource)
    ? plainJson
    : negotiate(request.header('accept'), {
        custom: resource.custom,
        stream: info.verb === 'watch',
        tables: hasColumns(resource, info.subresource),
      });
  if (passage.series && resource.definition.deprecation !== undefined)
    audited?.annotate({ 'k8s.io/deprecated': 'true' });
  const call: Call = {
    verb: info.verb,
    resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    user,
    options: readOptions(request.query, info.verb),
    body: audited ? auditedBody(body, audited, { ...info, resource }) : body,
    query: request.query,
    request,
    userAgent: request.header('user-agent') ?? '',
    warnings,
    record: passage,
  };
  const includeObject = readIncludeObject(request.query.get('includeObject'));
  checkForm(rendering, call);
  return {
    rendering,
    includeObject,
    call: info.subresource === 'proxy' ? { ...call, subpath: subpathOf(info, request) } : call,
  };
}

/** The answer in the form that the caller wants, and all that goes with it. */
function toldOf(
  parts: HandlerParts,
  passage: Passage,
  told: Form & Omit<Routed, 'user' | 'body'> & { readonly answer: Answer },
): HttpResponse {
  const { info, proof, resource, warnings, rendering, includeObject, answer } = told;
  const { clock } = parts.cluster;
  const { request, audited, series } = passage;
  const isWatch = answer.type === 'watch';
  if (isWatch && proof) guardWatch(parts, request, { info, source: answer.source, proof });
  if (isWatch && series) countWhileRunning(answer.source, series.running(streamScope(info)));
  if (answer.type === 'stream') {
    const opened = answer.open(proof ? lastsFor(parts, request, { info, proof }) : () => () => {});
    const headers = headersOf(passage, { asMessages: false, warnings });
    return { ...opened, headers: { ...headers, ...opened.headers } };
  }
  const asMessages = isWatch && request.asksWebSocket === true;
  if (audited) auditAnswer(audited, answer, { rendering, includeObject, now: clock.now() });
  return respond(answer, {
    rendering,
    includeObject,
    pretty: wantsPretty(request, rendering),
    headers: headersOf(passage, { asMessages, warnings }),
    now: () => clock.now(),
    asMessages,
    series: isWatch ? parts.metrics.requests.watched(resource.definition) : undefined,
  });
}

/** What callers hear of a deprecated kind, where a route leads to it: also when they are refused. */
function deprecations(
  { definition, custom }: Call['resource'],
  { subresource, verb }: ResourceRequest,
  { patchType }: Call['body'],
): string[] {
  const { deprecation, subresources, verbs } = definition;
  if (deprecation === undefined) return [];
  const served = subresource === '' ? verbs : (subresources[subresource]?.verbs ?? []);
  const isRouted = custom || (served.includes(verb) && (verb !== 'patch' || patchType !== undefined));
  return isRouted ? [deprecation] : [];
}

/** A slash at the end of the path counts. */
function subpathOf({ rest }: ResourceRequest, { path }: HttpRequest): string {
  const begun = rest === '' ? '' : `/${rest}`;
  return path.endsWith('/') && !begun.endsWith('/') ? `${begun}/` : begun;
}

function headersOf(
  passage: Passage,
  { asMessages, warnings }: { readonly asMessages: boolean; readonly warnings: readonly string[] },
): Record<string, string | readonly string[]> {
  const headers = passage.names();
  if (asMessages) Object.assign(headers, confirmedSubprotocol(passage.request));
  if (warnings.length > 0) headers['warning'] = warningHeaders(warnings);
  return headers;
}

/** A refusal carries what there was to tell until then. */
const toldWith = new WeakMap<StatusError, readonly string[]>();

/** Subresources that answer with what a node sends. */
const streams = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

function failure({ cluster }: HandlerParts, passage: Passage, thrown: unknown): HttpResponse {
  const { request } = passage;
  if (thrown instanceof PageNotFound) {
    passage.refused(404, undefined);
    return pageNotFound();
  }
  const error = statusErrorOf(thrown);
  const isPanic = error.code === 500 && !(thrown instanceof StatusError);
  passage.refused(error.code, error.toStatus(), isPanic ? 'panic' : undefined);
  if (isPanic) {
    const fields = { method: request.method, path: request.path, error: errorMessage(thrown) };
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    cluster.log.error('a request failed', { ...fields, stack });
  }
  const warnings = toldWith.get(error);
  const headers = warnings ? { warning: warningHeaders(warnings) } : noHeaders;
  const rendering = errorRendering(request.header('accept'));
  return statusResponse(error, { rendering, pretty: wantsPretty(request, rendering) }, headers);
}
