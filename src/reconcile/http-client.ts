import {
  type ClusterClient,
  ClusterError,
  type DeleteOptions,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type ObjectMeta,
  type ObjectRef,
  type Patch,
  type RawResponse,
  type ResourceRef,
  type WatchHandler,
  type WatchOptions,
  type WriteOptions,
} from '../apimachinery/client.ts';
import { decodeJson, deepFreeze, encodeJson, isObject, type JsonObject } from '../base/index.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';

const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** Longest event of a watch: an object of the largest stored size, printed twice over. */
const watchLineBytes = 8 * 1024 * 1024;

/** A `ClusterClient` over HTTPS. `close` ends its connections and watches. */
export interface HttpClusterClient extends ClusterClient {
  close(): void;
}

/** A client of any Kubernetes API server, by address or through a tunnel. */
export function httpClusterClient(options: HttpTransportOptions): HttpClusterClient {
  const transport = new HttpTransport(options);
  const call = async (
    method: string,
    path: string,
    body?: JsonObject | readonly JsonObject[],
    type?: string,
  ) => {
    const response = await transport.send(method, path, body && encodeJson(body), type);
    if (response.status >= 400) throw errorOf(response);
    return response.body;
  };
  return {
    get: async (resource, target) => objectOf(await call('GET', pathOf(resource, target))),
    list: async (resource, list = {}) =>
      listOf(await call('GET', pathOf(resource, namespaceOf(list)) + listQuery(list))),
    create: async (resource, object, write = {}) =>
      objectOf(await call('POST', createPath(resource, object, write) + writeQuery(write), object)),
    update: async (resource, object, write = {}) =>
      objectOf(await call('PUT', objectPath(resource, refOf(object), write) + writeQuery(write), object)),
    async patch(resource: ResourceRef, target: ObjectRef, patch: Patch, write: WriteOptions = {}) {
      const path = objectPath(resource, target, write) + writeQuery(write);
      return objectOf(await call('PATCH', path, patch.body, patchContentTypes[patch.type]));
    },
    async delete(resource, target, options = {}) {
      await call('DELETE', pathOf(resource, target), deleteBody(options));
    },
    async deleteCollection(resource, options = {}) {
      const path = pathOf(resource, namespaceOf(options)) + listQuery(options);
      await call('DELETE', path, deleteBody(options));
    },
    watch: (resource, watch, handler) => openWatch(transport, watchPath(resource, watch), handler),
    raw: (method, path, body) =>
      transport.send(method, path, body === undefined ? undefined : encodeJson(body)),
    close: () => transport.close(),
  };
}

function refOf(object: KubeObject): ObjectRef {
  const { name = '', namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function namespaceOf(options: ListOptions): { namespace?: string } {
  return options.namespace === undefined ? {} : { namespace: options.namespace };
}

function pathOf(resource: ResourceRef, target: { name?: string; namespace?: string }): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  const namespace = target.namespace ? `/namespaces/${encodeURIComponent(target.namespace)}` : '';
  const name = target.name ? `/${encodeURIComponent(target.name)}` : '';
  return `${root}${namespace}/${resource.resource}${name}`;
}

function objectPath(resource: ResourceRef, target: ObjectRef, write: WriteOptions): string {
  return pathOf(resource, target) + (write.subresource ? `/${write.subresource}` : '');
}

/** A create goes to the collection, but a create of a subresource (`pods/binding`) to its object. */
function createPath(resource: ResourceRef, object: KubeObject, write: WriteOptions): string {
  const target = refOf(object);
  if (write.subresource) return objectPath(resource, target, write);
  return pathOf(resource, target.namespace === undefined ? {} : { namespace: target.namespace });
}

function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, value);
  const text = search.toString();
  return text && `?${text}`;
}

function writeQuery(write: WriteOptions): string {
  return query({
    fieldManager: write.fieldManager,
    dryRun: write.dryRun ? 'All' : undefined,
    force: write.force ? 'true' : undefined,
  });
}

function selectors(options: ListOptions): Record<string, string | undefined> {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
}

function listQuery(options: ListOptions): string {
  return query({ ...selectors(options), limit: options.limit?.toString(), continue: options.continue });
}

function watchPath(resource: ResourceRef, options: WatchOptions): string {
  const parameters = {
    ...selectors(options),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
  };
  return pathOf(resource, namespaceOf(options)) + query(parameters);
}

function deleteBody(options: DeleteOptions): JsonObject {
  const body: JsonObject = { apiVersion: 'v1', kind: 'DeleteOptions' };
  if (options.propagationPolicy) body['propagationPolicy'] = options.propagationPolicy;
  if (options.gracePeriodSeconds !== undefined) body['gracePeriodSeconds'] = options.gracePeriodSeconds;
  if (options.preconditions) body['preconditions'] = { ...options.preconditions };
  return body;
}

function openWatch(transport: HttpTransport, path: string, handler: WatchHandler): { close(): void } {
  const lines = new LineReader(watchLineBytes);
  let over = false;
  const finish = (error: ClusterError) => {
    if (over) return;
    over = true;
    stream.close();
    handler.onError(error);
  };
  const take = (line: Uint8Array) => {
    if (over) return;
    const event = decodeJson(line);
    const object = isObject(event) ? event['object'] : undefined;
    const type = isObject(event) ? event['type'] : undefined;
    if (type === 'ERROR' && isObject(object)) finish(statusError(object));
    else if (type === 'BOOKMARK')
      handler.onEvent({ type, resourceVersion: asObject(object).metadata.resourceVersion ?? '' });
    else if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED')
      handler.onEvent({ type, object: deepFreeze(asObject(object)) });
  };
  const stream = transport.stream(path, {
    onRefused: (response) => finish(errorOf(response)),
    onData(chunk) {
      try {
        for (const line of lines.take(chunk)) take(line);
      } catch (thrown) {
        finish(unavailable(`the watch sent something unreadable: ${String(thrown)}`));
      }
    },
    onEnd: (reason) => finish(unavailable(`the watch ended: ${reason}`)),
  });
  return {
    close() {
      over = true;
      stream.close();
    },
  };
}

function unavailable(message: string): ClusterError {
  return new ClusterError(503, 'ServiceUnavailable', message);
}

function errorOf(response: RawResponse): ClusterError {
  try {
    const body = decodeJson(response.body);
    if (isObject(body) && body['kind'] === 'Status') return statusError({ code: response.status, ...body });
  } catch {
    // Not every server on the way speaks Status.
  }
  const text = Buffer.from(response.body.subarray(0, 512)).toString('utf8');
  return new ClusterError(response.status, '', text || `the server answered ${response.status}`);
}

function statusError(status: JsonObject): ClusterError {
  const { code, reason, message, details } = status;
  return new ClusterError(
    typeof code === 'number' ? code : 500,
    typeof reason === 'string' ? reason : '',
    typeof message === 'string' ? message : 'unknown error',
    isObject(details) ? details : undefined,
  );
}

function asObject(value: unknown): KubeObject {
  if (!isObject(value) || !isObject(value['metadata']))
    throw new ClusterError(500, 'InternalError', 'the server answered something that is not an object');
  const { apiVersion, kind, metadata } = value;
  const text = (field: unknown) => (typeof field === 'string' ? field : '');
  // ObjectMeta has only optional fields, whose types the server vouches for.
  return Object.assign(value, {
    apiVersion: text(apiVersion),
    kind: text(kind),
    metadata: metadata as ObjectMeta,
  });
}

function objectOf(bytes: Uint8Array): KubeObject {
  return deepFreeze(asObject(decodeJson(bytes)));
}

function listOf(bytes: Uint8Array): KubeList {
  const list = asObject(decodeJson(bytes));
  const items = Array.isArray(list['items']) ? list['items'] : [];
  const kind = list.kind.replace(/List$/, '');
  // Servers leave the type out of the items of a list: it is the list's own.
  const objects = items.map((item) =>
    asObject(isObject(item) ? { apiVersion: list.apiVersion, kind, ...item } : item),
  );
  const next = list.metadata['continue'];
  return deepFreeze({
    items: objects,
    resourceVersion: list.metadata.resourceVersion ?? '',
    ...(typeof next === 'string' && next !== '' ? { continue: next } : {}),
  });
}

/** Cuts a byte stream into lines without copying what already is in one piece. */
class LineReader {
  readonly #limitBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  *take(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const rest = chunk.subarray(start, end);
      start = end + 1;
      const line = this.#pending.length > 0 ? Buffer.concat([...this.#pending, rest]) : rest;
      this.#pending = [];
      this.#pendingBytes = 0;
      if (line.length > 0) yield line;
    }
    if (start === chunk.length) return;
    this.#pending.push(chunk.subarray(start));
    this.#pendingBytes += chunk.length - start;
    if (this.#pendingBytes > this.#limitBytes) throw new RangeError('line too long');
  }
}
