import type { Duplex } from 'node:stream';
import { type Clock, CodedError, errorMessage, type Logger } from '../../base/index.ts';
import type { HttpRequest, HttpResponse, UpgradeHandler, WebSocketAccept } from '../../http/index.ts';
import { gatewayLimits } from '../limits.ts';
import { joinStreams } from '../stream/join-streams.ts';
import { halfCloseProtocol, messageStream, offersHalfClose } from '../stream/message-stream.ts';

/** The path under which the relay is mounted; the name of the hybrid connection follows, with its slashes. */
export const arcRelayPath = '/arc/relay';

export interface ArcRelayOptions {
  /** Throws `unauthenticated`. */
  readonly verify: (relayToken: string, hybridConnectionName: string) => void;
  /** A byte stream into the TLS listener of the cluster. Throws `not-found` or `unavailable`. */
  readonly dial: (hybridConnectionName: string) => Promise<Duplex>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Joins WebSockets of proxies with clusters. */
export interface ArcRelay {
  /**
   * Takes `/arc/relay/{hybridConnectionName}`. The token stands in the header `ServiceBusAuthorization` or the query
   * `sb-hc-token`, as in Azure Relay.
   */
  readonly upgrade: UpgradeHandler;
  connections(): number;
  /** Ends the connections to one cluster. */
  endConnectionsTo(hybridConnectionName: string): void;
  close(): void;
}

export function createArcRelay(options: ArcRelayOptions): ArcRelay {
  const relay = new Relay(options);
  return {
    upgrade: (request) => relay.upgrade(request),
    connections: () => relay.open.size,
    endConnectionsTo: (name) => relay.endWhere((other) => other.toLowerCase() === name.toLowerCase()),
    close: () => relay.close(),
  };
}

class Relay {
  /** Streams into clusters, with the name of their connection. */
  readonly open = new Map<Duplex, string>();
  readonly #options: ArcRelayOptions;
  #closed = false;

  constructor(options: ArcRelayOptions) {
    this.#options = options;
  }

  async upgrade(request: HttpRequest): Promise<HttpResponse | WebSocketAccept> {
    if (this.#closed) throw new CodedError('unavailable', 'The relay is stopping.');
    const name = nameIn(request.path);
    const token = request.header('servicebusauthorization') ?? request.query.get('sb-hc-token') ?? '';
    this.#options.verify(token, name);
    if (this.open.size >= gatewayLimits.relayConnections) {
      throw new CodedError('too-many', 'The relay has as many connections as it serves; try again shortly.');
    }
    const stream = await this.#dial(name);
    const halfClose = offersHalfClose(request);
    return {
      ...(halfClose ? { subprotocol: halfCloseProtocol } : {}),
      accept: (socket) => this.#join(messageStream(socket, { halfClose }), stream),
      abandon: () => stream.destroy(),
    };
  }

  endWhere(concerned: (name: string) => boolean): void {
    for (const [stream, name] of this.open) if (concerned(name)) stream.destroy();
  }

  close(): void {
    this.#closed = true;
    this.endWhere(() => true);
  }

  async #dial(name: string): Promise<Duplex> {
    try {
      const stream = await this.#options.dial(name);
      stream.on('error', () => {});
      this.open.set(stream, name);
      stream.once('close', () => this.open.delete(stream));
      if (this.#closed) stream.destroy();
      return stream;
    } catch (thrown) {
      if (thrown instanceof CodedError) throw thrown;
      this.#options.log.warn('a cluster could not be dialed', { name, error: errorMessage(thrown) });
      throw new CodedError('unavailable', 'The cluster does not answer.', thrown);
    }
  }

  #join(socket: Duplex, stream: Duplex): void {
    joinStreams(socket, stream, { clock: this.#options.clock, onClosed: () => {} });
  }
}

function nameIn(path: string): string {
  const name = path.startsWith(`${arcRelayPath}/`) ? path.slice(arcRelayPath.length + 1) : '';
  if (name === '') throw new CodedError('not-found', `No relay is served at ${path}.`);
  try {
    return decodeURIComponent(name);
  } catch {
    throw new CodedError('invalid', 'The name of the hybrid connection is not percent-encoded correctly.');
  }
}
