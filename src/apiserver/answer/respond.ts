import { StatusError } from '../../apimachinery/status.ts';
import type { HttpResponse } from '../../http/contract.ts';
import { internalPackage } from '../../kinds/registered.ts';
import type { Answer, Call } from '../call/call.ts';
import { encodingOf, type Wish } from '../encode/index.ts';
import type { WatchSeries } from '../metrics/request-metrics.ts';
import type { Rendering } from '../request/accept.ts';
import { watchStream } from './watch-stream.ts';

/** What a caller wants of an answer, and what goes with every answer to him. */
export interface ResponseShape extends Wish {
  /** Of this answer alone: it adds its own. */
  readonly headers: Record<string, string | readonly string[]>;
  readonly now: () => number;
  /** The caller asks for WebSocket messages; only a watch has such. */
  readonly asMessages: boolean;
  /** Where what a watch sends is counted. */
  readonly series?: WatchSeries | undefined;
}

/** By lower-case name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** An answer in the form that the caller asked for. */
export function respond(answer: Exclude<Answer, { type: 'stream' }>, shape: ResponseShape): HttpResponse {
  const { headers, now } = shape;
  const encoding = encodingOf(shape);
  const { mediaType } = encoding;
  switch (answer.type) {
    case 'object':
      return {
        status: answer.code,
        headers: withType(headers, mediaType),
        body: encoding.object(answer.object, answer.resource, now),
      };
    case 'list':
      return {
        status: 200,
        headers: withType(headers, mediaType),
        body: encoding.list(answer, now),
      };
    case 'watch':
      return {
        status: shape.asMessages ? 101 : 200,
        headers: withType(headers, encoding.streamType),
        body: watchStream({
          ...{ ...answer, encoding, now },
          asMessages: shape.asMessages,
          series: shape.series,
        }),
      };
    case 'value':
      return {
        status: answer.code,
        headers: withType(headers, mediaType),
        body: encoding.value(answer.value, answer.resource, now),
      };
    case 'text':
      if (answer.code === 204) return { status: 204, headers };
      return {
        status: answer.code,
        headers: withType(headers, 'text/plain; charset=utf-8'),
        body: Buffer.from(answer.text),
      };
  }
}

function withType(headers: ResponseShape['headers'], type: string): Headers {
  headers['content-type'] = type;
  return headers;
}

/** A refusal: a Status as it is, whatever the caller would like objects to look like. */
export function statusResponse(
  error: StatusError,
  { rendering, pretty }: Pick<Wish, 'rendering' | 'pretty'>,
  headers: Headers,
): HttpResponse {
  const encoding = encodingOf({ rendering, pretty, includeObject: 'Metadata' });
  return {
    status: error.code,
    headers: {
      'content-type': encoding.mediaType,
      ...headers,
      ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
    },
    body: encoding.value(error.toStatus(), undefined, () => 0),
  };
}

/** Subresources that are shown in the columns of their object, or in those of a scale. */
const withColumns: ReadonlySet<string> = new Set(['', 'status', 'scale']);

/** Whether what a request is answered with can be a Table. */
export function hasColumns({ definition }: Call['resource'], subresource: string): boolean {
  const { verbs, quirks } = definition;
  if (!withColumns.has(subresource) || (subresource === 'status' && quirks.statusHasNoColumns)) return false;
  return verbs.includes('get') || verbs.includes('list');
}

/** Throws 406 for metadata of a list where there is one object, and the other way round. */
export function checkForm(rendering: Rendering, { verb, resource }: Pick<Call, 'verb' | 'resource'>): void {
  const { definition, custom } = resource;
  const isList = verb === 'list' || verb === 'deletecollection';
  const { partialOf: wanted } = rendering;
  if (wanted === undefined || verb === 'watch' || verb === 'delete' || (wanted === 'list') === isList) return;
  if (custom && !isList) throw new StatusError(500, '', 'content is not a list');
  const name = isList ? definition.listKind : definition.kind;
  const type = custom
    ? `unstructured.Unstructured${isList ? 'List' : ''}`
    : `${internalPackage(definition.group)}.${name}`;
  const message = isList
    ? `you requested PartialObjectMetadata, but the requested object is a list (*${type})`
    : `you requested PartialObjectMetadataList, but the requested object is not a list (*${type})`;
  throw new StatusError(406, 'NotAcceptable', message);
}
