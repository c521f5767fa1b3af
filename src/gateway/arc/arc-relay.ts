import type { Duplex } from 'node:stream';
import {
  type AuditTrail,
  type Clock,
  CodedError,
  errorCode,
  errorMessage,
  LastingAccess,
  type Logger,
  type Moment,
  silentAudit,
} from '../../base/index.ts';
import type {
  HttpRequest,
  HttpResponse,
  MessageSocket,
  UpgradeHandler,
  WebSocketAccept,
} from '../../http/index.ts';
import type { WatchAdmissions } from '../contract.ts';
import { type Ending, endingOf, goneAway, judged } from '../ending.ts';
import { gatewayLimits } from '../limits.ts';
import { joinStreams } from '../stream/join-streams.ts';
import {
  halfCloseProtocol,
  type MessageStream,
  messageStream,
  offersHalfClose,
} from '../stream/message-stream.ts';

/** The path under which the relay is mounted; the name of the hybrid connection follows, with its slashes. */
export const arcRelayPath = '/arc/relay';

export interface ArcRelayOptions {
  /** The object id of the token's holder. Throws `unauthenticated`. */
  readonly verify: (relayToken: string, hybridConnectionName: string) => string;
  /**
   * Whether the holder may still connect: asked at connect and after every change while a connection is open. Throws
   * the CodedError of the refusal.
   */
  readonly admit: (hybridConnectionName: string, holderId: string) => Promise<void>;
  /** A byte stream into the TLS listener of the cluster. Throws `not-found` or `unavailable`. */
  readonly dial: (hybridConnectionName: string) => Promise<Duplex>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit?: AuditTrail;
}

/** Joins WebSockets of proxies with clusters. */
export interface ArcRelay {
  /**
   * Takes `/arc/relay/{hybridConnectionName}`. The token stands in the header `ServiceBusAuthorization` or the query
   * `sb-hc-token`, as in Azure Relay.
   */
  readonly upgrade: UpgradeHandler;
  connections(): number;
  /** Looks at every connection again whenever `watch` tells of a change, and ends those that would be refused now. */
  follow(watch: WatchAdmissions): void;
  /** Ends the connections to one cluster; `reason` is what the person at the proxy reads. */
  endConnectionsTo(hybridConnectionName: string, reason: string): void;
  close(): void;
}

export function createArcRelay(options: ArcRelayOptions): ArcRelay {
  const relay = new Relay(options);
  return {
    upgrade: (request) => relay.upgrade(request),
    connections: () => relay.open.size,
    follow: (watch) => relay.follow(watch),
    endConnectionsTo: (name, reason) =>
      relay.endWhere((one) => one.name.toLowerCase() === name.toLowerCase(), goneAway(reason)),
    close: () => relay.close(),
  };
}

/** Who wants to reach which cluster, from where. */
interface Asked {
  readonly name: string;
  readonly holderId: string;
  readonly source: string;
}

/** A stream into a cluster and the WebSocket that is joined with it, once it is. */
interface Connection extends Asked {
  readonly stream: Duplex;
  client?: MessageStream;
  ending?: Ending;
}

class Relay {
  readonly open = new Set<Connection>();
  readonly #options: ArcRelayOptions;
  readonly #audit: AuditTrail;
  readonly #lasting: LastingAccess;
  #watch: { close(): void } | undefined;
  /** Connections on their way: each has its place among those that are served. */
  #dialing = 0;
  #closed = false;

  constructor(options: ArcRelayOptions) {
    this.#options = options;
    this.#lasting = new LastingAccess(options);
    this.#audit = options.audit ?? silentAudit;
  }

  async upgrade(request: HttpRequest): Promise<HttpResponse | WebSocketAccept> {
    if (this.#closed) throw new CodedError('unavailable', 'The relay is stopping.');
    const name = nameIn(request.path);
    const connection = await this.#connect(name, request);
    const halfClose = offersHalfClose(request);
    return {
      ...(halfClose ? { subprotocol: halfCloseProtocol } : {}),
      accept: (socket) => this.#join(connection, socket, halfClose),
      abandon: () => connection.stream.destroy(),
    };
  }

  follow(watch: WatchAdmissions): void {
    this.#watch = watch(() => this.#lasting.changed());
  }

  endWhere(concerned: (connection: Connection) => boolean, ending: Ending): void {
    for (const connection of [...this.open]) if (concerned(connection)) end(connection, ending);
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    this.#lasting.close();
    this.endWhere(() => true, goneAway('The relay is stopping.'));
  }

  async #connect(name: string, request: HttpRequest): Promise<Connection> {
    const source = request.connection.remoteAddress;
    const token = request.header('servicebusauthorization') ?? request.query.get('sb-hc-token') ?? '';
    let holderId: string | undefined;
    try {
      const since = this.#lasting.moment();
      holderId = this.#options.verify(token, name);
      await this.#options.admit(name, holderId);
      const connection = await this.#dial({ name, holderId, source }, since);
      // What changed meanwhile ends it soon; better that it never opens.
      if (this.#lasting.moment() !== since) await this.#admitAgain(connection);
      return connection;
    } catch (thrown) {
      this.#audit.record({
        event: 'relay-opened',
        outcome: 'refused',
        ...(holderId === undefined ? {} : { actor: { objectId: holderId } }),
        source,
        target: name.slice(0, auditedNameCharacters),
        reason: errorCode(thrown),
      });
      throw thrown;
    }
  }

  async #dial(asked: Asked, since: Moment): Promise<Connection> {
    if (this.open.size + this.#dialing >= gatewayLimits.relayConnections) {
      throw new CodedError('too-many', 'The relay has as many connections as it serves; try again shortly.');
    }
    this.#dialing++;
    let stream: Duplex;
    try {
      stream = await this.#options.dial(asked.name);
    } catch (thrown) {
      if (thrown instanceof CodedError) throw thrown;
      this.#options.log.warn('a cluster could not be dialed', {
        name: asked.name,
        error: errorMessage(thrown),
      });
      throw new CodedError('unavailable', 'The cluster does not answer.', thrown);
    } finally {
      this.#dialing--;
    }
    return this.#opened({ ...asked, stream }, since);
  }

  /** Counts a connection, and watches over it from the moment before its holder was admitted. */
  #opened(connection: Connection, since: Moment): Connection {
    const { name, holderId, stream } = connection;
    stream.on('error', () => {});
    this.open.add(connection);
    // Connections of one holder to one cluster share one answer.
    const key = `${holderId} ${name}`;
    const judge = () => judged(this.#options.admit(name, holderId), this.#options.log);
    const leave = this.#lasting.add({ key, judge, end: (why) => end(connection, endingOf(why)) }, since);
    stream.once('close', () => {
      this.open.delete(connection);
      leave();
    });
    if (this.#closed) stream.destroy();
    return connection;
  }

  async #admitAgain({ name, holderId, stream }: Connection): Promise<void> {
    try {
      await this.#options.admit(name, holderId);
    } catch (thrown) {
      stream.destroy();
      throw thrown;
    }
  }

  #join(connection: Connection, socket: MessageSocket, halfClose: boolean): void {
    const { stream, name, holderId, source } = connection;
    const client = messageStream(socket, { halfClose });
    const { clock } = this.#options;
    const event = { actor: { objectId: holderId }, source, target: name } as const;
    const openedAt = clock.monotonic();
    connection.client = client;
    this.#audit.record({ event: 'relay-opened', outcome: 'success', ...event });
    joinStreams(client, stream, {
      clock,
      onClosed: () =>
        this.#audit.record({
          event: 'relay-closed',
          outcome: 'success',
          ...event,
          reason: connection.ending?.reason ?? 'closed by the client or the cluster',
          details: {
            bytesToTarget: client.receivedBytes,
            bytesToClient: client.sentBytes,
            openMs: Math.round(clock.monotonic() - openedAt),
          },
        }),
    });
    // It may have been ended during the handshake.
    if (connection.ending) client.endWith(connection.ending);
  }
}

function end(connection: Connection, ending: Ending): void {
  connection.ending ??= ending;
  connection.client?.endWith(ending);
  connection.stream.destroy();
}

const auditedNameCharacters = 512;

function nameIn(path: string): string {
  const name = path.startsWith(`${arcRelayPath}/`) ? path.slice(arcRelayPath.length + 1) : '';
  if (name === '') throw new CodedError('not-found', `No relay is served at ${path}.`);
  try {
    return decodeURIComponent(name);
  } catch {
    throw new CodedError('invalid', 'The name of the hybrid connection is not percent-encoded correctly.');
  }
}
