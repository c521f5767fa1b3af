import { encodeJson, isObject, type JsonObject, parseJson } from '../base/index.ts';
import type { HttpRequest, HttpResponse } from '../http/contract.ts';
import type { Caller } from './contract.ts';
import { ArmError, toArmError } from './errors.ts';
import type { InternalAnswer, InternalRequest, ResourceCalls } from './offers.ts';
import type { Services } from './services.ts';

/** What the handler offers to requests that begin in this process. */
export interface CallersHandler {
  answer(request: HttpRequest, caller: Caller): Promise<HttpResponse>;
  /** Throws the refusal of a PUT whose surroundings in `made` will be there. */
  check(request: HttpRequest, caller: Caller, made: ReadonlySet<string>): Promise<void>;
}

/** Requests of a stored caller, through the pipeline. */
export function internalCalls(services: Services, handler: CallersHandler): ResourceCalls {
  const refuseGone = async ({ objectId }: Caller): Promise<void> => {
    const { directory } = services;
    const isThere = (await directory.principalType(objectId)) !== undefined;
    if (isThere && directory.isActive?.(objectId) !== false) return;
    throw new ArmError(
      401,
      'InvalidAuthenticationToken',
      `The caller '${objectId}' ${isThere ? 'has been disabled' : 'is not in the directory any more'}.`,
    );
  };
  return {
    async send(caller, request) {
      try {
        await refuseGone(caller);
        return await readAnswer(await handler.answer(requestOf(request, services), caller));
      } catch (thrown) {
        return refusalOf(thrown);
      }
    },
    async preflight(caller, request, made) {
      try {
        await refuseGone(caller);
        await handler.check(requestOf(request, services), caller, made);
        return undefined;
      } catch (thrown) {
        return refusalOf(thrown);
      }
    },
  };
}

function refusalOf(thrown: unknown): InternalAnswer {
  const error = toArmError(thrown);
  return { status: error.status, body: error.toBody(), headers: error.headers };
}

async function readAnswer({ status, headers = {}, body }: HttpResponse): Promise<InternalAnswer> {
  const chunks = body === undefined ? [] : [body].flat().filter((chunk) => chunk instanceof Uint8Array);
  const text = Buffer.concat(chunks).toString('utf8');
  const value = text === '' ? {} : parseJson(text);
  const named = Object.entries(headers).map(([name, header]) => [name.toLowerCase(), String(header)]);
  const answered: JsonObject = isObject(value) ? value : { value };
  return { status, body: answered, headers: Object.fromEntries(named) };
}

/** Names in ids are put into the path as they are: what no id can hold is refused like any other path. */
function requestOf(
  { method, id, apiVersion, body, correlationId }: InternalRequest,
  { records, registry }: Services,
): HttpRequest {
  const record = apiVersion === undefined ? records.cache.get(id)?.record : undefined;
  const version = apiVersion ?? (record && registry.ofRecord(record)?.apiVersions[0]) ?? '';
  const bytes = body === undefined ? new Uint8Array() : encodeJson(body);
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-ms-correlation-request-id': correlationId,
  };
  const rawQuery = `api-version=${encodeURIComponent(version)}`;
  return {
    method,
    path: id.split('/').map(encodeURIComponent).join('/'),
    rawQuery,
    query: new URLSearchParams(rawQuery),
    header: (name) => headers[name],
    headerLines: () => [],
    connection: {
      serverName: undefined,
      host: 'localhost',
      remoteAddress: '',
      clientCertificate: undefined,
      tag: undefined,
    },
    signal: new AbortController().signal,
    body: async () => bytes,
  };
}
