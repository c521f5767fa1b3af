import { errorMessage } from '../../base/index.ts';
import { callerProven } from '../../http/callers.ts';
import type { Handler, HttpRequest, HttpResponse } from '../../http/contract.ts';
import type { Principal } from '../contract.ts';
import { Guesses } from '../guesses.ts';
import type { Surface } from '../surface.ts';
import { isAbsentFromGraph } from './absent.ts';
import { answerBatch } from './batch.ts';
import { type GraphCall, json } from './call.ts';
import { asGraphError, type GraphError, graphErrors } from './errors.ts';
import { parseGraphPath } from './paths.ts';
import { matchRoute } from './routes.ts';
import { userInfo } from './tenant.ts';

/**
 * Microsoft Graph v1.0: the part about the directory. Every signed-in account reads; directory administrators write,
 * and owners change what they own.
 */
export function createGraphHandler(surface: Surface): Handler {
  const guesses = new Guesses(surface.clock);
  return (request) => respond(surface, request, { guesses, inBatch: false });
}

/** What one request does not say itself. */
interface Around {
  readonly guesses: Guesses;
  readonly inBatch: boolean;
}

async function respond(surface: Surface, request: HttpRequest, around: Around): Promise<HttpResponse> {
  const requestId = surface.random.uuid();
  const clientRequestId = request.header('client-request-id') ?? requestId;
  const headers = { 'request-id': requestId, 'client-request-id': clientRequestId };
  try {
    const response = await answer(surface, request, around);
    return { ...response, headers: { ...response.headers, ...headers } };
  } catch (thrown) {
    const error = asGraphError(thrown);
    if (error.status === 500) {
      surface.log.error('a Graph request failed', {
        path: request.path,
        error: errorMessage(thrown),
        requestId,
      });
    }
    return json(error.status, errorBody(surface, error, headers), {
      ...headers,
      ...(error.status === 401 ? { 'www-authenticate': challenge(surface) } : {}),
      ...(error.status === 429 ? { 'retry-after': '1' } : {}),
    });
  }
}

async function answer(surface: Surface, request: HttpRequest, around: Around): Promise<HttpResponse> {
  const principal = await surface.tokens.authenticateHeader(request.header('authorization'), 'graph');
  callerProven(request, principal.objectId);
  const path = parseGraphPath(request.path);
  const call = {
    surface,
    request,
    principal,
    guesses: around.guesses,
    query: odataQuery(request),
    cast: path.cast,
    base: `${surface.origins().graph}/v1.0`,
  };
  if (path.version === 'oidc' && path.segments[0] === 'userinfo')
    return userInfo({ ...call, parameters: [] });
  if (path.version !== 'v1.0') throw graphErrors.unknownVersion(path.version);
  if (path.segments.length === 1 && path.segments[0] === '$batch' && request.method === 'POST') {
    // However its path is spelled: each would hold as many requests again.
    if (around.inBatch) throw graphErrors.badRequest('A batch holds no batch.');
    const inside = { ...around, inBatch: true };
    return answerBatch({ ...call, parameters: [] }, async (inner) => {
      const response = await respond(surface, inner, inside);
      surface.onBatched(inner, response);
      return response;
    });
  }
  const segments = expandMe(path.segments, principal);
  // A function, not the name of an object.
  if (/^delta(?:\(\))?$/i.test(segments[1] ?? '')) throw graphErrors.notBuilt('delta');
  const match = matchRoute(segments);
  if (!match) throw unknown(unknownSegment(segments));
  const operation = match.methods[request.method];
  if (!operation) throw graphErrors.wrongMethod(request.method);
  const complete: GraphCall = { ...call, parameters: match.parameters };
  return operation(complete);
}

function expandMe(segments: readonly string[], principal: Principal): readonly string[] {
  if (segments[0]?.toLowerCase() !== 'me') return segments;
  if (principal.type !== 'User') throw graphErrors.onlyForUsers();
  return ['users', principal.objectId, ...segments.slice(1)];
}

function unknown(segment: string): GraphError {
  return isAbsentFromGraph(segment) ? graphErrors.notBuilt(segment) : graphErrors.unknownSegment(segment);
}

/** The first word that no route knows at its place. */
function unknownSegment(segments: readonly string[]): string {
  const known = segments.findIndex((_segment, at) => !matchRoute(segments.slice(0, at + 1)));
  return segments[known === -1 ? segments.length - 1 : Math.max(known, 0)] ?? '';
}

/** Query options may be written without their dollar sign. */
function odataQuery({ query }: HttpRequest): URLSearchParams {
  const options = new Set(['filter', 'select', 'top', 'orderby', 'count', 'search', 'expand', 'skiptoken']);
  const read = new URLSearchParams();
  for (const [name, value] of query) read.append(options.has(name) ? `$${name}` : name, value);
  return read;
}

function errorBody(
  surface: Surface,
  error: GraphError,
  ids: { 'request-id': string; 'client-request-id': string },
) {
  const date = new Date(surface.clock.now()).toISOString().slice(0, 19);
  return { error: { code: error.code, message: error.message, innerError: { date, ...ids } } };
}

function challenge(surface: Surface): string {
  const { login } = surface.origins();
  return `Bearer realm="", authorization_uri="${login}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`;
}
