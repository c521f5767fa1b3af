import type { Answered } from '../apiserver/index.ts';
import {
  type AuditActor,
  type AuditEvent,
  type AuditEventName,
  type AuditTrail,
  isObject,
  type Json,
} from '../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../http/index.ts';
import { parseGraphPath } from '../identity/index.ts';
import { objectIdKey } from './cluster-access.ts';

/** One rule: what a request that was granted means for the trail. */
type Meaning = readonly [event: AuditEventName, methods: RegExp, path: RegExp];

const meanings: Readonly<Record<'arm' | 'graph' | 'kubernetes', readonly Meaning[]>> = {
  arm: [
    ['credential', /^POST$/, /\/(?:list\w*(?:credential|kubeconfig|accessprofile)\w*|generateKeyPair)$/i],
    [
      'role-change',
      /^(?:PUT|DELETE)$/,
      /\/providers\/Microsoft\.Authorization\/role(?:Assignments|Definitions)\//i,
    ],
  ],
  graph: [
    ['credential', /^POST$/, /\/(?:addPassword|addKey)$/i],
    [
      'directory-change',
      /^(?:POST|PATCH|PUT|DELETE)$/,
      /^\/[^/]+\/(?:users|me|groups|applications|servicePrincipals|directoryObjects)(?:\/|$)/i,
    ],
  ],
  kubernetes: [
    ['role-change', /^(?:POST|PUT|PATCH|DELETE)$/, /^\/apis\/rbac\.authorization\.k8s\.io\//],
    ['credential', /^POST$/, /\/serviceaccounts\/[^/]+\/token$/],
    ['credential', /^(?:PUT|PATCH)$/, /\/certificatesigningrequests\/[^/]+\/approval$/],
  ],
};

type Surface = keyof typeof meanings;

interface Told {
  readonly trail: AuditTrail;
  readonly surface: 'arm' | 'graph';
}

/** A handler whose refusals, credentials and changes of rights are told to the trail: paths, never queries or bodies. */
export function audited(handler: Handler, told: Told): Handler {
  return async (request) => {
    const response = await handler(request);
    observeAnswer(told, request, response);
    return response;
  };
}

/** Tells the trail of one request with its answer, as far as there is something to tell. */
export function observeAnswer({ trail, surface }: Told, request: HttpRequest, response: HttpResponse): void {
  const event = eventOf(request, response, {
    surface,
    // Who a credential that was not accepted claims to be is nobody's word.
    actor: () => (response.status === 401 ? undefined : bearerOf(request)),
    details: {},
  });
  if (event) trail.record(event);
}

/** The same for what a cluster's API server answered, by whatever way the request came: it knows who was recognised. */
export function observeCluster(trail: AuditTrail, answered: Answered, cluster: string): void {
  const { request, response, caller, user } = answered;
  const impersonated = user && user.username !== caller?.username ? user.username : undefined;
  const event = eventOf(request, response, {
    surface: 'kubernetes',
    actor: () => caller && actorOfUser(caller),
    details: { cluster, ...(impersonated !== undefined && { as: impersonated }) },
  });
  if (event) trail.record(event);
}

interface Observed {
  readonly surface: Surface;
  /** Asked for only when there is something to tell. */
  readonly actor: () => AuditActor | undefined;
  readonly details: Readonly<Record<string, string>>;
}

function eventOf(
  request: HttpRequest,
  response: HttpResponse,
  { surface, actor: actorOf, details }: Observed,
): AuditEvent | undefined {
  const { method } = request;
  const isRefused = response.status === 401 || response.status === 403;
  // Most requests: a read that was answered is not told.
  if (!isRefused && (response.status >= 300 || method === 'GET' || method === 'HEAD')) return undefined;
  const path = surface === 'graph' ? plainGraphPath(request.path) : plainPath(request.path);
  if (surface === 'graph' && !isRefused && readsOnly.test(path)) return undefined;
  const meaning = isRefused
    ? undefined
    : meanings[surface].find(([, methods, paths]) => methods.test(method) && paths.test(path));
  if (!isRefused && !meaning) return undefined;
  const actor = actorOf();
  const reason = isRefused ? reasonOf(response) : undefined;
  return {
    event: meaning?.[0] ?? 'refusal',
    outcome: isRefused ? 'refused' : 'success',
    ...(actor && { actor }),
    source: request.connection.remoteAddress,
    target: path,
    ...(reason !== undefined && { reason }),
    details: { method, status: response.status, ...details },
  };
}

/** As the surfaces read it: an escaped letter, a doubled slash or one at the end hides nothing from the trail. */
function plainPath(path: string): string {
  let text = path;
  try {
    text = decodeURIComponent(path);
  } catch {
    // Told as it came.
  }
  const plain = text.replace(/\/+/g, '/');
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

/** The same for Graph, where `users('x')` is `users/x`. */
function plainGraphPath(path: string): string {
  const { version, segments } = parseGraphPath(path);
  return `/${[version, ...segments].join('/')}`;
}

/** Questions of Graph that are asked by POST. */
const readsOnly = /\/(?:checkMemberGroups|getMemberGroups|getMemberObjects|getByIds)$/i;

/** Who the token of a request that was accepted names. Certificates are looked at by nobody here: anybody can present one. */
function bearerOf(request: HttpRequest): AuditActor | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '') ?? [];
  return token === undefined ? undefined : actorOfToken(token);
}

function actorOfUser({ username, extra }: NonNullable<Answered['caller']>): AuditActor {
  const [objectId] = extra[objectIdKey] ?? [];
  return { name: username, ...(objectId !== undefined && { objectId }) };
}

/** What a token that was accepted says of its holder. */
function actorOfToken(token: string): AuditActor {
  const claims = parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const text = (...names: string[]) =>
    names.map((name) => claims[name]).find((value) => typeof value === 'string');
  const objectId = text('oid');
  const name = text('upn', 'unique_name', 'preferred_username', 'appid', 'azp', 'sub');
  const client = text('appid', 'azp');
  return {
    ...(typeof objectId === 'string' && { objectId }),
    ...(typeof name === 'string' && { name }),
    ...(typeof client === 'string' && { client }),
  };
}

function reasonOf(response: HttpResponse): string | undefined {
  const body = jsonOf(response);
  const error = isObject(body['error']) ? body['error']['code'] : body['reason'];
  return typeof error === 'string' ? error : undefined;
}

function jsonOf({ body }: HttpResponse): Record<string, Json | undefined> {
  return body instanceof Uint8Array ? parse(Buffer.from(body).toString()) : {};
}

function parse(text: string): Record<string, Json | undefined> {
  try {
    const parsed: Json = JSON.parse(text);
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
