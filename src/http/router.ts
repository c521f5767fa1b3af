import { CodedError } from '../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from './contract.ts';
import { errorResponse, jsonResponse } from './errors.ts';

/** Percent-decoded values of the `{names}` of a route's path. */
export type PathParameters = Readonly<Record<string, string>>;

export interface Route {
  /** All methods when absent. */
  readonly methods?: readonly string[];
  /** Segments that must be equal, `{name}` for any one segment, a last `*` for whatever follows (also nothing). */
  readonly path: string;
  readonly handle: (request: HttpRequest, parameters: PathParameters) => Promise<HttpResponse> | HttpResponse;
}

/** A step around a handler: answers itself or calls `next`. */
export type Filter = (request: HttpRequest, next: Handler) => Promise<HttpResponse> | HttpResponse;

/** The first route that fits answers; a path that fits with no route of its method is 405; the rest is `otherwise`. */
export function createRouter(routes: readonly Route[], otherwise: Handler = notFound): Handler {
  const compiled = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (request) => {
    const segments = request.path.split('/');
    const otherMethods: string[] = [];
    for (const { route, segments: pattern } of compiled) {
      if (!fits(pattern, segments)) continue;
      if (!route.methods || route.methods.includes(request.method)) {
        return route.handle(request, parametersOf(pattern, segments));
      }
      otherMethods.push(...route.methods);
    }
    return otherMethods.length > 0 ? methodNotAllowed(request, otherMethods) : otherwise(request);
  };
}

/** Runs the filters in the order of the list, then the handler. */
export function withFilters(filters: readonly Filter[], handler: Handler): Handler {
  return filters.reduceRight<Handler>((next, filter) => (request) => filter(request, next), handler);
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1) === '*';
  const fixed = open ? pattern.length - 1 : pattern.length;
  if (open ? segments.length < fixed : segments.length !== fixed) return false;
  for (let i = 0; i < fixed; i++) {
    const part = pattern[i] ?? '';
    const segment = segments[i] ?? '';
    if (isParameter(part) ? segment === '' : segment !== part) return false;
  }
  return true;
}

function parametersOf(pattern: readonly string[], segments: readonly string[]): PathParameters {
  const parameters: Record<string, string> = {};
  pattern.forEach((part, i) => {
    if (isParameter(part)) parameters[part.slice(1, -1)] = decodeSegment(segments[i] ?? '');
  });
  return parameters;
}

function isParameter(part: string): boolean {
  return part.startsWith('{');
}

/** Throws `invalid` for a broken percent-encoding. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new CodedError('invalid', `The path segment ${segment} is not percent-encoded correctly.`);
  }
}

function notFound(request: HttpRequest): HttpResponse {
  return errorResponse(new CodedError('not-found', `Nothing is served at ${request.path}.`));
}

function methodNotAllowed(request: HttpRequest, methods: readonly string[]): HttpResponse {
  const message = `${request.path} does not take ${request.method}.`;
  return jsonResponse(405, { code: 'invalid', message }, { allow: [...new Set(methods)].join(', ') });
}
