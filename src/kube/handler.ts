import { errorMessage } from '../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../http/contract.ts';
import { answerHealth } from '../http/health.ts';
import { type Authentication, anonymous } from './authn/authenticate.ts';
import { decideAccess, reviewOf } from './authz/authorize.ts';
import type { UserInfo } from './contract.ts';
import { answerPath, type PathParts } from './discovery/paths.ts';
import type { Call, ClusterParts } from './verbs/call.ts';
import { dispatch } from './verbs/dispatch.ts';
import { negotiate, plainJson } from './wire/accept.ts';
import { httpBody } from './wire/body.ts';
import { readOptions } from './wire/options.ts';
import { statusResponse } from './wire/render.ts';
import { type RequestInfo, type ResourceRequest, readRequestInfo } from './wire/request-info.ts';
import { respond } from './wire/respond.ts';
import { resourceNotServed, StatusError, statusErrorOf, unauthorized } from './wire/status.ts';
import { readIncludeObject } from './wire/transform.ts';

export interface HandlerParts {
  readonly cluster: ClusterParts;
  readonly paths: PathParts;
  readonly health: Parameters<typeof answerHealth>[1];
  readonly authentication: Authentication;
  /** Takes the place of the caller when the request says so and the caller may. */
  readonly impersonate: (request: HttpRequest, user: UserInfo) => Promise<UserInfo>;
  /** Paths that are none of the others' (OpenAPI, key sets); undefined: no such path. */
  readonly extraPaths: (request: HttpRequest) => Promise<HttpResponse | undefined>;
}

const noHeaders = {};
const publicPaths = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** The filter chain of an API server: who, may they, what; then the verb, then the form of the answer. */
export function createHandler(parts: HandlerParts): Handler {
  return async (request) => {
    try {
      const info = readRequestInfo(request.method, request.path, asksToWatch(request));
      const caller = await parts.authentication.authenticate(request);
      if (caller === anonymous && !isPublic(info)) throw unauthorized();
      const user = await parts.impersonate(request, caller);
      return await answerAs(parts, request, { info, user });
    } catch (thrown) {
      return failure(parts, request, thrown);
    }
  };
}

/** The chain for a caller who is known already. */
export async function answerKnown(
  parts: HandlerParts,
  request: HttpRequest,
  user: UserInfo,
): Promise<HttpResponse> {
  try {
    const info = readRequestInfo(request.method, request.path, asksToWatch(request));
    return await answerAs(parts, request, { info, user });
  } catch (thrown) {
    return failure(parts, request, thrown);
  }
}

async function answerAs(
  parts: HandlerParts,
  request: HttpRequest,
  { info, user }: { info: RequestInfo; user: UserInfo },
): Promise<HttpResponse> {
  await authorize(parts, info, user, request);
  return info.kind === 'path' ? answerOther(parts, request) : answerResource(parts, request, { info, user });
}

function asksToWatch({ method, rawQuery }: HttpRequest): boolean {
  return method === 'GET' && /(?:^|&)watch(?:=(?:true|1))?(?:&|$)/.test(rawQuery);
}

/** Health and version need no credentials; the roles of the anonymous say the same. */
function isPublic(info: RequestInfo): boolean {
  if (info.kind !== 'path') return false;
  const [, first = ''] = info.path.split('/');
  return publicPaths.has(`/${first}`);
}

async function authorize(
  { cluster }: HandlerParts,
  info: RequestInfo,
  user: UserInfo,
  request: HttpRequest,
): Promise<void> {
  await decideAccess(
    cluster,
    info.kind === 'path'
      ? { user, verb: info.verb, path: info.path }
      : reviewOf(user, withSelectedName(info, request)),
  );
}

/** A list or watch of one object by name is a question about that object. */
function withSelectedName(info: ResourceRequest, { rawQuery, query }: HttpRequest): ResourceRequest {
  if (info.name !== '' || !rawQuery.includes('metadata.name')) return info;
  const found = /(?:^|,)metadata\.name==?([^,]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '');
  return found?.[1] === undefined ? info : { ...info, name: found[1] };
}

async function answerOther(parts: HandlerParts, request: HttpRequest): Promise<HttpResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw resourceNotServed();
  const answer =
    answerPath(request, parts.paths) ??
    (await answerHealth(request, parts.health)) ??
    (await parts.extraPaths(request));
  if (answer) return answer;
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return { status: 404, headers, body: Buffer.from('404 page not found\n') };
}

async function answerResource(
  parts: HandlerParts,
  request: HttpRequest,
  { info, user }: { info: ResourceRequest; user: UserInfo },
): Promise<HttpResponse> {
  const { cluster } = parts;
  const resource = cluster.resources.find(info.group, info.version, info.resource);
  if (
    !resource ||
    (resource.definition.namespaced !== (info.namespace !== '') && !isAcross(info, resource))
  ) {
    throw resourceNotServed();
  }
  const rendering = negotiate(request.header('accept'));
  const call: Call = {
    ...info,
    resource,
    user,
    options: readOptions(request.query),
    body: httpBody(request),
    userAgent: request.header('user-agent') ?? '',
    warnings: [],
  };
  const includeObject = readIncludeObject(request.query.get('includeObject'));
  const answer = await dispatch(cluster, call);
  return respond(answer, {
    rendering,
    includeObject,
    pretty: request.query.get('pretty') === 'true' || request.query.get('pretty') === '1',
    headers: call.warnings.length === 0 ? noHeaders : { warning: call.warnings.map(warningHeader) },
    now: () => cluster.clock.now(),
  });
}

/** Namespaced resources may be listed across namespaces; namespaces themselves carry their own name as namespace. */
function isAcross(info: ResourceRequest, { definition }: Call['resource']): boolean {
  if (definition.namespaced)
    return info.verb === 'list' || info.verb === 'watch' || info.verb === 'deletecollection';
  return info.group === '' && info.resource === 'namespaces';
}

function warningHeader(text: string): string {
  const quoted = text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?');
  return `299 - "${quoted}"`;
}

function failure({ cluster }: HandlerParts, request: HttpRequest, thrown: unknown): HttpResponse {
  const error = statusErrorOf(thrown);
  if (error.code === 500 && !(thrown instanceof StatusError)) {
    const fields = { method: request.method, path: request.path, error: errorMessage(thrown) };
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    cluster.log.error('a request failed', { ...fields, stack });
  }
  return statusResponse(error, { format: plainJson.format, pretty: false, headers: noHeaders });
}
