import {
  type ClusterClient,
  ClusterError,
  type ClusterWatch,
  type DeleteOptions,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type ObjectRef,
  type Patch,
  type RawResponse,
  type ResourceRef,
  type WatchHandler,
  type WatchOptions,
  type WriteOptions,
} from '../apimachinery/client.ts';
import type { UserInfo } from '../apimachinery/contract.ts';
import { internalError, resourceNotServed, StatusError, statusErrorOf } from '../apimachinery/status.ts';
import { deepFreeze, type Json, type JsonObject, utf8 } from '../base/index.ts';
import type { HttpRequest, HttpResponse, StreamBody } from '../http/contract.ts';
import type { Guard } from '../store/contract.ts';
import { valueBody } from './answer/body.ts';
import { decideAccess } from './authz/authorize.ts';
import type { Answer, Call, CallBody, ClusterParts } from './call/call.ts';
import { find } from './call/find.ts';
import { CallRecord } from './call/record.ts';
import { type CallOptions, defaultOptions, noDeletionOptions } from './request/options.ts';
import { selectedName } from './request/request-info.ts';
import type { ServedResource } from './storage/served-resource.ts';
import type { WatchSource } from './storage/watch-source.ts';
import { dispatch } from './verbs/dispatch.ts';

export interface ClientParts {
  readonly cluster: ClusterParts;
  readonly user: UserInfo;
  /** Asked for each call of a loop that leads; what it writes carries the answer. */
  readonly fence?: (() => Guard) | undefined;
  /** Answers a request as `user`, whom it does not ask who they are. */
  readonly answer: (request: HttpRequest, user: UserInfo) => Promise<HttpResponse>;
}

/** Watches in this process last until they are closed; as near to for ever as timers go. */
const watchSeconds = 20 * 24 * 60 * 60;
const userAgent = 'drydock';

/** A client in this process: the filters, verbs and objects of the server without a socket in between. */
export class InProcessClient implements ClusterClient {
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  async get(resource: ResourceRef, target: ObjectRef): Promise<KubeObject> {
    return this.#object(await this.#call('get', resource, { target }));
  }

  async list(resource: ResourceRef, options: ListOptions = {}): Promise<KubeList> {
    const answer = await this.#call('list', resource, listRequest(options));
    if (answer.type !== 'list') throw clusterError(internalError('a list was not answered with one'));
    return {
      items: answer.objects.map((object) => asKubeObject(object.decoded(answer.resource))),
      resourceVersion: answer.resourceVersion,
      ...(answer.continueToken === '' ? {} : { continue: answer.continueToken }),
    };
  }

  async create(resource: ResourceRef, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    const target = { name: options.subresource === undefined ? '' : (name ?? ''), ...inNamespace(namespace) };
    return this.#object(await this.#call('create', resource, writeRequest(target, object, options)));
  }

  async update(resource: ResourceRef, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace, name = '' } = object.metadata;
    const target = { name, ...inNamespace(namespace) };
    return this.#object(await this.#call('update', resource, writeRequest(target, object, options)));
  }

  async patch(
    resource: ResourceRef,
    target: ObjectRef,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const request = writeRequest(target, undefined, options);
    const body = valueBody(patch.type === 'json' ? [...patch.body] : patch.body, patch.type);
    return this.#object(await this.#call('patch', resource, { ...request, body }));
  }

  async delete(resource: ResourceRef, target: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    await this.#call('delete', resource, { target, options: { deletion: deletionOptions(options) } });
  }

  async deleteCollection(resource: ResourceRef, options: ListOptions & DeleteOptions = {}): Promise<void> {
    const request = listRequest(options);
    const deletion = deletionOptions(options);
    await this.#call('deletecollection', resource, { ...request, options: { ...request.options, deletion } });
  }

  watch(resource: ResourceRef, options: WatchOptions, handler: WatchHandler): ClusterWatch {
    const watch = new InProcessWatch(handler);
    const request = listRequest(options);
    const watchOptions = {
      ...request.options,
      resourceVersion: options.resourceVersion ?? '',
      allowWatchBookmarks: true,
      timeoutSeconds: watchSeconds,
    };
    this.#dispatch('watch', resource, { ...request, options: watchOptions }).then(
      (answer) => {
        if (answer.type === 'watch') watch.start(answer.source, answer.resource);
      },
      (thrown) => watch.fail(statusErrorOf(thrown)),
    );
    return watch;
  }

  async raw(method: string, path: string, body?: Json): Promise<RawResponse> {
    const request = rawRequest(method, path, body);
    const response = await this.#parts.answer(request, this.#parts.user);
    return { status: response.status, body: await bodyBytes(response) };
  }

  async #call(verb: string, resource: ResourceRef, request: ClientRequest): Promise<Answer> {
    try {
      return await this.#dispatch(verb, resource, request);
    } catch (thrown) {
      const error = statusErrorOf(thrown);
      if (error !== thrown) {
        this.#parts.cluster.log.error('a call in this process failed', {
          verb,
          ...resource,
          error: String(thrown),
        });
      }
      throw clusterError(error);
    }
  }

  async #dispatch(verb: string, ref: ResourceRef, request: ClientRequest): Promise<Answer> {
    const { cluster, user, fence } = this.#parts;
    // Leaves the turn of the store that may be telling its watchers about commits one by one.
    await undefined;
    const found = cluster.resources.served(ref.group, ref.version, ref.resource);
    if (!found) throw resourceNotServed();
    const resource = ref.ofMetadataAlone ? await this.#forMetadata(verb, found, request) : found;
    const options: CallOptions = { ...defaultOptions, fieldValidation: 'Ignore', ...request.options };
    const namespace = placeOf(resource, request.target);
    const name = request.target.name || (asksForMany(verb) ? selectedName(options.fieldSelector) : '');
    const subresource = request.subresource ?? '';
    const asked = { group: ref.group, version: ref.version, resource: ref.resource };
    await decideAccess(cluster, { user, verb, resource: { ...asked, subresource, namespace, name } });
    const body = request.body ?? valueBody(undefined);
    const call: Call = {
      verb,
      resource,
      subresource,
      namespace,
      name,
      user,
      options,
      body,
      userAgent,
      warnings: [],
      record: new CallRecord(),
      ...(fence && writes(verb) && { fence: fence() }),
    };
    return dispatch(cluster, call);
  }

  /** What is written goes into the version that the object has; everything else takes it as it lies there. */
  async #forMetadata(
    verb: string,
    found: ServedResource,
    { target }: ClientRequest,
  ): Promise<ServedResource> {
    if (!found.isConvertedElsewhere) return writes(verb) ? found : this.#asItLies(found);
    if (verb !== 'patch' && verb !== 'update') return found.asStored;
    const { resources } = this.#parts.cluster;
    const place = { resource: found.asStored, namespace: target.namespace ?? '', name: target.name };
    const version = (await find(this.#parts.cluster, place))?.storedVersion() ?? found.apiVersion;
    const { group, resource } = found.definition;
    return resources.find(group, version.slice(version.indexOf('/') + 1), resource) ?? found;
  }

  /** In the version that others read too: what is decoded once serves all of them. */
  #asItLies(found: ServedResource): ServedResource {
    if (found.isStorageForm) return found;
    const { group, resource, storageVersion = '' } = found.definition;
    return this.#parts.cluster.resources.find(group, storageVersion, resource) ?? found;
  }

  #object(answer: Answer): KubeObject {
    if (answer.type === 'object') return asKubeObject(answer.object.decoded(answer.resource));
    if (answer.type === 'value') return asKubeObject(deepFreeze(answer.value));
    throw clusterError(internalError('an object was not answered with one'));
  }
}

function clusterError({ code, reason, message, details }: StatusError): ClusterError {
  return new ClusterError(code, reason, message, details);
}

function writes(verb: string): boolean {
  return verb !== 'get' && !asksForMany(verb);
}

function asksForMany(verb: string): boolean {
  return verb === 'list' || verb === 'watch';
}

/** Where the authorizers are asked. Throws 404 for a path that is none: a cluster-scoped resource has no place in a namespace. */
function placeOf({ definition }: ServedResource, { namespace = '', name }: ObjectRef): string {
  if (definition.namespaced) return namespace;
  if (namespace !== '') throw resourceNotServed();
  return definition.group === '' && definition.resource === 'namespaces' ? name : '';
}

interface ClientRequest {
  readonly target: ObjectRef;
  readonly subresource?: string;
  readonly options?: Partial<CallOptions>;
  readonly body?: CallBody;
}

/** A watch whose events are the shared decoded objects. */
class InProcessWatch implements ClusterWatch {
  readonly #handler: WatchHandler;
  #source: WatchSource | undefined;
  #over = false;

  constructor(handler: WatchHandler) {
    this.#handler = handler;
  }

  start(source: WatchSource, resource: ServedResource): void {
    if (this.#over) return;
    this.#source = source;
    const ended = () =>
      this.fail(new StatusError(503, 'ServiceUnavailable', 'the watch was ended by the server'));
    source.start({
      event: ({ type, object }) => {
        if (!this.#over) this.#handler.onEvent({ type, object: asKubeObject(object.decoded(resource)) });
      },
      bookmark: (revision) => {
        if (!this.#over) this.#handler.onEvent({ type: 'BOOKMARK', resourceVersion: String(revision) });
      },
      error: (error) => this.fail(error),
      end: ended,
      cut: ended,
    });
  }

  fail(error: StatusError): void {
    if (this.#over) return;
    this.#over = true;
    this.#handler.onError(clusterError(error));
  }

  close(): void {
    this.#over = true;
    this.#source?.close();
  }
}

function listRequest(options: ListOptions): ClientRequest & { readonly options: Partial<CallOptions> } {
  return {
    target: { name: '', ...inNamespace(options.namespace) },
    options: {
      labelSelector: options.labelSelector ?? '',
      fieldSelector: options.fieldSelector ?? '',
      limit: options.limit ?? 0,
      continueToken: options.continue ?? '',
    },
  };
}

function writeRequest(
  target: ObjectRef,
  object: KubeObject | undefined,
  options: WriteOptions,
): ClientRequest {
  return {
    target,
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
    body: valueBody(object),
    options: {
      dryRun: options.dryRun === true,
      fieldManager: options.fieldManager ?? '',
      force: options.force,
    },
  };
}

function deletionOptions(options: DeleteOptions): CallOptions['deletion'] {
  return {
    ...noDeletionOptions,
    gracePeriodSeconds: options.gracePeriodSeconds,
    propagationPolicy: options.propagationPolicy,
    uid: options.preconditions?.uid,
    resourceVersion: options.preconditions?.resourceVersion,
  };
}

function inNamespace(namespace: string | undefined): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** Everything that verbs answer with is a Kubernetes object: it has the three members. */
function asKubeObject(value: JsonObject): KubeObject {
  return value as KubeObject;
}

function rawRequest(method: string, path: string, body: Json | undefined): HttpRequest {
  const [pathname = '', rawQuery = ''] = path.split('?');
  const bytes = body === undefined ? new Uint8Array() : utf8(JSON.stringify(body));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    'user-agent': userAgent,
  };
  const abort = new AbortController();
  return {
    method,
    path: pathname,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    header: (name) => headers[name],
    headerLines: () => [],
    connection: {
      serverName: undefined,
      host: 'localhost',
      remoteAddress: '127.0.0.1',
      clientCertificate: undefined,
      tag: undefined,
    },
    signal: abort.signal,
    body: async () => bytes,
  };
}

async function bodyBytes({ body }: HttpResponse): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return 'start' in body ? collected(body) : Buffer.concat(body);
}

/** What another server sends comes bit by bit; watches go on for ever and are no answer. */
const streamedBytesLimit = 64 * 1024 * 1024;

function collected(body: StreamBody): Promise<Uint8Array> {
  if (body.messages !== undefined) throw internalError('a stream is not answered in one piece: use watch');
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const closing: (() => void)[] = [];
    let bytes = 0;
    let closed = false;
    const close = (settle: () => void) => {
      if (closed) return;
      closed = true;
      for (const run of closing) run();
      settle();
    };
    body.start({
      write(chunk) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > streamedBytesLimit) close(() => reject(internalError('an answer is too large')));
        return true;
      },
      end: () => close(() => resolve(Buffer.concat(chunks))),
      cut: () => close(() => reject(internalError('an answer was broken off'))),
      onDrain: () => {},
      onClose: (run) => void closing.push(run),
      get closed() {
        return closed;
      },
    });
  });
}
