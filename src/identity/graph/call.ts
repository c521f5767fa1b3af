import { decodeJson, isDeeperThan, isObject, type JsonObject, nestingLevelsLimit } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import type { Principal } from '../contract.ts';
import type { Guesses } from '../guesses.ts';
import { identityLimits } from '../limits.ts';
import type { DirectoryRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { graphErrors } from './errors.ts';
import { present } from './present.ts';
import { selectOf } from './select.ts';
import { shapes } from './shapes.ts';

/** One Graph request whose caller is known and whose path has been matched. */
export interface GraphCall {
  readonly surface: Surface;
  readonly request: HttpRequest;
  readonly principal: Principal;
  /** Counts wrong passwords, one for all requests. */
  readonly guesses: Guesses;
  readonly query: URLSearchParams;
  /** Values of the path's placeholders, in order. */
  readonly parameters: readonly string[];
  /** `microsoft.graph.group` at the end of a path keeps only that type. */
  readonly cast: string | undefined;
  /** `https://graph/v1.0`. */
  readonly base: string;
}

export type Operation = (call: GraphCall) => HttpResponse | Promise<HttpResponse>;

/** The n-th placeholder of the path. */
export function parameter(call: GraphCall, at = 0): string {
  return call.parameters[at] ?? '';
}

export async function readBody(call: GraphCall): Promise<JsonObject> {
  const bytes = await call.request.body(identityLimits.graphBodyBytes);
  if (bytes.length === 0) return {};
  try {
    const value = decodeJson(bytes);
    if (isObject(value) && !isDeeperThan(value, nestingLevelsLimit)) return value;
  } catch {
    // Answered below.
  }
  throw graphErrors.unreadableBody();
}

/** Creating objects is for directory administrators. */
export function demandAdministrator({ surface, principal }: GraphCall): void {
  if (!surface.directory.isAdministrator(principal.objectId)) throw graphErrors.denied();
}

/** Changing an object is for directory administrators and its owners. */
export function demandOwner(call: GraphCall, record: DirectoryRecord): void {
  const { surface, principal } = call;
  if (!surface.directory.membership.isOwner(record.id, principal.objectId)) demandAdministrator(call);
}

const contentType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': contentType, 'odata-version': '4.0', 'cache-control': 'no-cache', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

export function plainText(text: string): HttpResponse {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
}

export const noContent: HttpResponse = { status: 204, headers: { 'cache-control': 'no-cache' } };

/** One object. */
export function entity(call: GraphCall, record: DirectoryRecord, status = 200): HttpResponse {
  const select = selectOf(call.query);
  const { collection } = shapes[record.kind];
  const chosen = select ? `(${select.join(',')})` : '';
  const body = {
    '@odata.context': `${call.base}/$metadata#${collection}${chosen}/$entity`,
    ...present(call.surface, record, { select }),
  };
  return json(
    status,
    body,
    status === 201
      ? {
          location: `${call.base}/directoryObjects/${record.id}/Microsoft.DirectoryServices.${shapes[record.kind].resource}`,
        }
      : {},
  );
}
