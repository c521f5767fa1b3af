import { X509Certificate } from 'node:crypto';
import {
  type AuditActor,
  type AuditEvent,
  type AuditEventName,
  type AuditTrail,
  isObject,
  type Json,
} from '../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../http/index.ts';

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
      /\/(?:users|groups|applications|servicePrincipals)(?:\/|$)/i,
    ],
  ],
  kubernetes: [
    ['role-change', /^(?:POST|PUT|PATCH|DELETE)$/, /^\/apis\/rbac\.authorization\.k8s\.io\//],
    ['credential', /^POST$/, /\/serviceaccounts\/[^/]+\/token$/],
    ['credential', /^(?:PUT|PATCH)$/, /\/certificatesigningrequests\/[^/]+\/approval$/],
  ],
};

/** The surface behind a handler, and the name of a cluster for its API server. */
export interface Observed {
  readonly trail: AuditTrail;
  readonly surface: keyof typeof meanings;
  readonly cluster?: string;
}

/** A handler whose refusals, credentials and changes of rights are told to the trail: paths, never queries or bodies. */
export function audited(handler: Handler, observed: Observed): Handler {
  return async (request) => {
    const response = await handler(request);
    const event = eventOf(request, response, observed);
    if (event) observed.trail.record(event);
    return response;
  };
}

function eventOf(request: HttpRequest, response: HttpResponse, observed: Observed): AuditEvent | undefined {
  const { method } = request;
  const path = plainPath(request.path);
  const isRefused = response.status === 401 || response.status === 403;
  const meaning =
    response.status < 300
      ? meanings[observed.surface].find(([, methods, paths]) => methods.test(method) && paths.test(path))
      : undefined;
  if (!isRefused && !meaning) return undefined;
  // Who a credential that was not accepted claims to be is nobody's word.
  const actor = response.status === 401 ? undefined : actorOf(request, observed.surface);
  const reason = isRefused ? reasonOf(response) : undefined;
  return {
    event: meaning?.[0] ?? 'refusal',
    outcome: isRefused ? 'refused' : 'success',
    ...(actor && { actor }),
    source: request.connection.remoteAddress,
    target: path,
    ...(reason !== undefined && { reason }),
    details: { method, status: response.status, ...(observed.cluster && { cluster: observed.cluster }) },
  };
}

/** As the surfaces read it: an escaped letter or a doubled slash hides nothing from the trail. */
function plainPath(path: string): string {
  try {
    return decodeURIComponent(path).replace(/\/+/g, '/');
  } catch {
    return path;
  }
}

/**
 * Who the one credential that was accepted names. Only API servers of clusters look at certificates: elsewhere anybody can present one. With
 * both a certificate and a token nobody here knows which was taken: no actor.
 */
function actorOf(request: HttpRequest, surface: Observed['surface']): AuditActor | undefined {
  const certificate = surface === 'kubernetes' ? request.connection.clientCertificate : undefined;
  const [, token] = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '') ?? [];
  if (certificate) return token === undefined ? { name: subjectOf(certificate) } : undefined;
  return token === undefined ? undefined : actorOfToken(token);
}

function subjectOf(certificate: Uint8Array): string {
  try {
    return new X509Certificate(certificate).subject.replaceAll('\n', ', ');
  } catch {
    return 'a certificate that cannot be read';
  }
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
