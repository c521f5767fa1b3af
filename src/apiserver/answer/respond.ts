import { notAcceptable, StatusError } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { HttpResponse } from '../../http/contract.ts';
import { internalPackage } from '../../kinds/registered.ts';
import type { Answer, Call } from '../call/call.ts';
import type { Rendering } from '../request/accept.ts';
import {
  bytesResponse,
  type Headers,
  listBytes,
  listMetadata,
  listProtobuf,
  listValue,
  protobufResponse,
  valueResponse,
} from './render.ts';
import { type IncludeObject, nameColumns, partialListOf, partialOf, tableOf } from './transform.ts';
import { watchStream } from './watch-stream.ts';

export interface ResponseShape {
  readonly rendering: Rendering;
  readonly pretty: boolean;
  readonly includeObject: IncludeObject;
  readonly headers: Headers;
  readonly now: () => number;
  /** The caller asks for WebSocket messages; only a watch has such. */
  readonly asMessages: boolean;
}

const watchTypes = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf;stream=watch',
} as const;

/** An answer in the form that the caller asked for. Plain JSON of stored objects is their stored bytes. */
export function respond(answer: Answer, shape: ResponseShape): HttpResponse {
  const { rendering, headers } = shape;
  const verbatim = rendering.as === 'plain' && rendering.format === 'json' && !shape.pretty;
  switch (answer.type) {
    case 'object':
      if (verbatim) return bytesResponse(answer.code, answer.object.line(answer.resource), headers);
      return one(answer, answer.object.peek(answer.resource), shape);
    case 'list':
      if (verbatim) {
        return {
          status: 200,
          headers: { 'content-type': 'application/json', ...headers },
          body: listBytes(answer),
        };
      }
      return several(answer, shape);
    case 'watch':
      return {
        status: shape.asMessages ? 101 : 200,
        headers: { 'content-type': watchTypes[rendering.format], ...headers },
        body: watchStream({ ...answer, ...shape }),
      };
    case 'value':
      return one(answer, answer.value, shape);
    case 'text':
      if (answer.code === 204) return { status: 204, headers };
      return {
        status: answer.code,
        headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
        body: Buffer.from(answer.text),
      };
  }
}

/** Throws 406 for metadata of a list where there is one object, and the other way round. */
export function checkForm(
  rendering: Rendering,
  { verb, resource, subresource }: Pick<Call, 'verb' | 'resource' | 'subresource'>,
): void {
  const { definition, custom } = resource;
  const isTable = rendering.as === 'table';
  if (
    isTable &&
    subresource === '' &&
    !definition.verbs.includes('get') &&
    !definition.verbs.includes('list')
  ) {
    throw notAcceptable(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
  }
  const isList = verb === 'list' || verb === 'deletecollection';
  const { partialOf: wanted } = rendering;
  if (wanted === undefined || verb === 'watch' || verb === 'delete' || (wanted === 'list') === isList) return;
  const name = isList ? definition.listKind : definition.kind;
  const type = custom
    ? `unstructured.Unstructured${isList ? 'List' : ''}`
    : `${internalPackage(definition.group)}.${name}`;
  const message = isList
    ? `you requested PartialObjectMetadata, but the requested object is a list (*${type})`
    : `you requested PartialObjectMetadataList, but the requested object is not a list (*${type})`;
  throw new StatusError(406, 'NotAcceptable', message);
}

function one(
  { code, resource }: Extract<Answer, { type: 'object' | 'value' }>,
  value: JsonObject,
  { rendering, pretty, headers, includeObject, now }: ResponseShape,
): HttpResponse {
  const { format, metaVersion } = rendering;
  let shown = value;
  // A Status stays a Status, whatever the caller would like objects to look like.
  if (resource && rendering.as === 'partial') shown = partialOf(value, metaVersion);
  if (resource && rendering.as === 'table') {
    const metadata = resourceVersionOf(value);
    const columns = value['kind'] === resource.definition.kind ? resource.definition.columns : nameColumns;
    shown = tableOf(columns, [value], metadata, { metaVersion, includeObject, nowMs: now() });
  }
  return valueResponse(code, shown, { format, pretty, headers });
}

function several(
  list: Extract<Answer, { type: 'list' }>,
  { rendering, pretty, headers, includeObject, now }: ResponseShape,
): HttpResponse {
  const { format, metaVersion, as } = rendering;
  const shape = { format, pretty, headers };
  if (as === 'plain' && format === 'protobuf') {
    const body = listProtobuf(list);
    if (!body) throw notAcceptable(['application/json', 'application/yaml']);
    return protobufResponse(body, headers);
  }
  if (as === 'plain') return valueResponse(200, listValue(list), shape);
  const objects = list.objects.map((object) => object.peek(list.resource));
  const metadata = listMetadata(list);
  if (as === 'partial') return valueResponse(200, partialListOf(objects, metadata, metaVersion), shape);
  const table = tableOf(list.resource.definition.columns, objects, metadata, {
    metaVersion,
    includeObject,
    nowMs: now(),
  });
  return valueResponse(200, table, shape);
}

function resourceVersionOf(value: JsonObject): JsonObject {
  const metadata = value['metadata'];
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return {};
  const { resourceVersion } = metadata;
  return resourceVersion === undefined ? {} : { resourceVersion };
}
