import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { CodedError, systemClock } from '../../../base/index.ts';
import { type Methods, methods, type WatchResponse } from './messages.ts';

/** Where etcd is and how it is spoken to. */
export interface EtcdConnection {
  /** `host:port` or a URL; with a certificate of any kind all are spoken to over TLS. */
  readonly endpoints: readonly string[];
  /** PEM. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** As etcd itself gives up on a request that finds no quorum after seven seconds. */
const deadlineMs = 8_000;

type Unary = Exclude<keyof Methods, 'watch' | 'leaseKeepAlive'>;

/** Speaks to one member at a time; one that cannot be reached is left for the next. */
export class EtcdClient {
  readonly #members: { readonly endpoint: string; readonly client: Client }[];
  #at = 0;
  #underWay = 0;

  constructor({ endpoints, tls }: EtcdConnection) {
    if (endpoints.length === 0) throw new CodedError('invalid', 'An etcd has at least one endpoint.');
    this.#members = endpoints.map((endpoint) => {
      const url = new URL(endpoint.includes('://') ? endpoint : `${tls ? 'https' : 'http'}://${endpoint}`);
      const secure = tls !== undefined || url.protocol === 'https:';
      const trust = secure
        ? credentials.createSsl(tls?.ca ?? null, tls?.key ?? null, tls?.cert ?? null)
        : credentials.createInsecure();
      const client = new Client(`dns:${url.hostname}:${url.port || '2379'}`, trust, {
        'grpc.max_receive_message_length': -1,
        'grpc.max_send_message_length': -1,
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.min_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 1_000,
        'grpc.keepalive_time_ms': 10_000,
        'grpc.keepalive_timeout_ms': 5_000,
        'grpc.enable_http_proxy': 0,
        'grpc.use_local_subchannel_pool': 1,
      });
      return { endpoint, client };
    });
  }

  /** Calls that were not answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** One request and its answer. Throws CodedError, `unavailable` when etcd cannot be reached or cannot answer. */
  async call<Name extends Unary>(name: Name, request: object): Promise<Methods[Name]['gives']> {
    const { path, encode, decode } = methods[name];
    const { client } = this.#member();
    this.#underWay++;
    try {
      return await new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          encode,
          decode,
          request,
          new Metadata(),
          { deadline: new Date(systemClock.now() + deadlineMs) },
          (error, answer) => {
            if (answer) resolve(answer);
            else reject(this.#failure(error));
          },
        );
      });
    } finally {
      this.#underWay--;
    }
  }

  /** Seconds that a lease has from now on; 0 when it is not there any more. */
  async keepAlive(ID: string): Promise<number> {
    const { path, encode, decode } = methods.leaseKeepAlive;
    this.#underWay++;
    try {
      return await new Promise<number>((resolve, reject) => {
        const options = { deadline: new Date(systemClock.now() + deadlineMs) };
        const stream = this.#member().client.makeBidiStreamRequest(
          path,
          encode,
          decode,
          new Metadata(),
          options,
        );
        stream.once('data', ({ TTL }) => {
          resolve(Number(TTL));
          stream.end();
        });
        stream.on('error', (error: ServiceError) => reject(this.#failure(error)));
        stream.on('end', () => reject(this.#failure(null)));
        stream.write({ ID });
      });
    } finally {
      this.#underWay--;
    }
  }

  /** What changes on all keys from a revision on, until the function that it returns is called or the stream ends. */
  watch(
    fromRevision: number,
    sink: { readonly next: (response: WatchResponse) => void; readonly end: (reason: CodedError) => void },
  ): () => void {
    const { path, encode, decode } = methods.watch;
    const metadata = new Metadata();
    // A member that has lost its leader ends the stream, instead of being silent.
    metadata.set('hasleader', 'true');
    let isOver = false;
    const over = (error: ServiceError | null) => {
      if (isOver) return;
      isOver = true;
      stream.cancel();
      sink.end(this.#failure(error));
    };
    const stream: ClientDuplexStream<object, WatchResponse> = this.#member().client.makeBidiStreamRequest(
      path,
      encode,
      decode,
      metadata,
    );
    stream.on('data', (response: WatchResponse) => {
      if (!isOver) sink.next(response);
    });
    stream.on('error', over);
    stream.on('end', () => over(null));
    const all = Buffer.from([0]);
    stream.write({ create_request: { key: all, range_end: all, start_revision: fromRevision } });
    return () => {
      isOver = true;
      stream.cancel();
    };
  }

  close(): void {
    for (const { client } of this.#members) client.close();
  }

  #member() {
    const member = this.#members[this.#at % this.#members.length];
    if (!member) throw new CodedError('invalid', 'An etcd has at least one endpoint.');
    return member;
  }

  #failure(error: ServiceError | null): CodedError {
    const { endpoint } = this.#member();
    const details = error?.details ?? 'the answer ended';
    if (error?.code === status.NOT_FOUND) return new CodedError('not-found', `etcd: ${details}`);
    if (error?.code === status.OUT_OF_RANGE && details.includes('compacted'))
      return new CodedError('gone', `etcd: ${details}`);
    if (error?.code === status.OUT_OF_RANGE) return new CodedError('invalid', `etcd: ${details}`);
    if (error?.code === status.UNAVAILABLE || error?.code === status.DEADLINE_EXCEEDED) this.#at++;
    return new CodedError('unavailable', `The etcd at ${endpoint} does not answer: ${details}`);
  }
}
