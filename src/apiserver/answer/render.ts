import { notAcceptable, type StatusError } from '../../apimachinery/status.ts';
import { type JsonObject, utf8 } from '../../base/index.ts';
import type { HttpBody, HttpResponse } from '../../http/contract.ts';
import { encodeProtobuf, encodeProtobufList } from '../../kinds/protobuf/index.ts';
import type { ListAnswer } from '../call/call.ts';
import type { Rendering } from '../request/accept.ts';
import { jsonToYaml } from '../request/yaml/json-to-yaml.ts';
import { KeptPages } from './kept-pages.ts';

const jsonType = 'application/json';
const yamlType = 'application/yaml';
const protobufType = 'application/vnd.kubernetes.protobuf';
const comma = Buffer.from(',');
const listEnd = Buffer.from(']}\n');

/** Stored bytes as a response, without a copy; `line` is the text with its line break. */
export function bytesResponse(code: number, line: Uint8Array, headers: Headers): HttpResponse {
  return { status: code, headers: { 'content-type': jsonType, ...headers }, body: [line] };
}

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Any JSON value in the format that the caller asked for. */
export function valueResponse(
  code: number,
  value: JsonObject,
  { format, pretty, headers }: Shape,
): HttpResponse {
  if (format === 'yaml') {
    return { status: code, headers: { 'content-type': yamlType, ...headers }, body: utf8(jsonToYaml(value)) };
  }
  if (format === 'protobuf') {
    const body = encodeProtobuf(value);
    if (!body) throw notAcceptable([jsonType, yamlType]);
    return { status: code, headers: { 'content-type': protobufType, ...headers }, body };
  }
  const text = pretty ? JSON.stringify(value, undefined, 2) : JSON.stringify(value);
  return { status: code, headers: { 'content-type': jsonType, ...headers }, body: utf8(`${text}\n`) };
}

export interface Shape {
  readonly format: Rendering['format'];
  readonly pretty: boolean;
  readonly headers: Headers;
}

export function statusResponse(error: StatusError, shape: Shape): HttpResponse {
  const headers =
    error.retryAfterSeconds === undefined
      ? shape.headers
      : { ...shape.headers, 'retry-after': String(error.retryAfterSeconds) };
  return valueResponse(error.code, error.toStatus(), { ...shape, headers });
}

/**
 * A list from the stored bytes of its items, nothing parsed: its head, then the items, as one buffer while there is
 * room for such copies, else as references. So readers who take their time hold bounded memory.
 */
export function listBytes(list: ListAnswer): readonly Uint8Array[] {
  const head = Buffer.from(listHead(list));
  const kept = list.page && keptPages.find(list.page);
  if (kept) return [head, kept];
  const items = itemsOf(list);
  const bytes = joinedLength(items);
  if (!keptPages.mayJoin(bytes)) return referTo(head, items);
  const joined = joinItems(items, bytes);
  keptPages.keep(list.page, joined);
  return [head, joined];
}

/** Pages of unchanged collections are often asked for again, above all by informers that start together. */
const keptPages = new KeptPages();

/**
 * Items of built-in kinds say no kind and version: it is the list's own. What stands in front of their metadata is left out.
 */
function itemsOf({ objects, resource }: ListAnswer): Items {
  const whole = objects.map((object) => object.bytes(resource));
  if (resource.custom) return { items: whole, opening: nothing };
  const typeLength = resource.prefix.length - metadataStart.length;
  return { items: whole.map((bytes) => bytes.subarray(typeLength)), opening: openBrace };
}

interface Items {
  readonly items: readonly Buffer[];
  /** What each item begins with. */
  readonly opening: Buffer;
}

const metadataStart = '"metadata":{';
const openBrace = Buffer.from('{');
const nothing = Buffer.alloc(0);

function joinedLength({ items, opening }: Items): number {
  let length = listEnd.length + Math.max(0, items.length - 1) + items.length * opening.length;
  for (const item of items) length += item.length;
  return length;
}

function referTo(head: Uint8Array, { items, opening }: Items): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [head];
  const between = Buffer.concat([comma, opening]);
  for (const [index, item] of items.entries()) {
    chunks.push(index > 0 ? between : opening);
    chunks.push(item);
  }
  chunks.push(listEnd);
  return chunks;
}

function joinItems({ items, opening }: Items, bytes: number): Buffer {
  const body = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const [index, item] of items.entries()) {
    if (index > 0) at += comma.copy(body, at);
    at += opening.copy(body, at);
    at += item.copy(body, at);
  }
  listEnd.copy(body, at);
  return body;
}

/** A list in protobuf from the messages of its items; undefined for kinds without a protobuf form. */
export function listProtobuf(list: ListAnswer): readonly Uint8Array[] | undefined {
  const messages: Uint8Array[] = [];
  for (const object of list.objects) {
    const message = object.protobuf(list.resource);
    if (!message) return undefined;
    messages.push(message);
  }
  const { definition, apiVersion } = list.resource;
  return encodeProtobufList(
    { kind: definition.listKind, apiVersion, metadata: listMetadata(list) },
    messages,
  );
}

/** A body of protobuf. */
export function protobufResponse(body: HttpBody, headers: Headers): HttpResponse {
  return { status: 200, headers: { 'content-type': protobufType, ...headers }, body };
}

/** The list as a value, for formats other than plain JSON. */
export function listValue(list: ListAnswer): JsonObject {
  const { definition, apiVersion } = list.resource;
  return {
    kind: definition.listKind,
    apiVersion,
    metadata: wholeListMetadata(list),
    items: list.objects.map((object) => itemValue(object.peek(list.resource), list.resource.custom)),
  };
}

function itemValue(object: JsonObject, custom: boolean): JsonObject {
  if (custom) return object;
  const { kind: _kind, apiVersion: _apiVersion, ...item } = object;
  return item;
}

/** `metadata` of a list, Table or PartialObjectMetadataList. */
export function listMetadata(
  list: Pick<ListAnswer, 'resourceVersion' | 'continueToken' | 'remainingItemCount'>,
): JsonObject {
  return {
    resourceVersion: list.resourceVersion,
    ...(list.continueToken === '' ? {} : { continue: list.continueToken }),
    ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
  };
}

/** Lists of custom resources say also that there is nothing to go on with. */
function wholeListMetadata(list: ListAnswer): JsonObject {
  return { ...(list.resource.custom && { continue: '' }), ...listMetadata(list) };
}

function listHead(list: ListAnswer): string {
  const { definition, apiVersion } = list.resource;
  const metadata = JSON.stringify(wholeListMetadata(list));
  return `{"kind":"${definition.listKind}","apiVersion":"${apiVersion}","metadata":${metadata},"items":[`;
}
