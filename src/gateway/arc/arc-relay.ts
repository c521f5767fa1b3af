import type { Duplex } from 'node:stream';
import {
  type AuditTrail,
  type Clock,
  CodedError,
  errorCode,
  errorMessage,
  type Logger,
  silentAudit,
} from '../../base/index.ts';
import type {
  HttpRequest,
  HttpResponse,
  MessageSocket,
  UpgradeHandler,
  WebSocketAccept,
} from '../../http/index.ts';
import { type Ending, endingOf, goneAway } from '../ending.ts';
import { gatewayLimits } from '../limits.ts';
import { Rechecks, type WatchAdmissions } from '../rechecks.ts';
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

/** A stream into a cluster and the WebSocket that is joined with it, once it is. */
interface Connection {
  readonly name: string;
  readonly holderId: string;
  readonly source: string;
  readonly stream: Duplex;
  client?: MessageStream;
  ending?: Ending;
}

class Relay {
  readonly open = new Set<Connection>();
  readonly #options: ArcRelayOptions;
  readonly #audit: AuditTrail;
  #rechecks: Rechecks | undefined;
  #closed = false;

  constructor(options: ArcRelayOptions) {
    this.#options = options;
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
    this.#rechecks = new Rechecks({ clock: this.#options.clock, watch, look: () => this.#recheck() });
  }

  endWhere(concerned: (connection: Connection) => boolean, ending: Ending): void {
    for (const connection of [...this.open]) if (concerned(connection)) end(connection, ending);
  }

  close(): void {
    this.#closed = true;
    this.#rechecks?.close();
    this.endWhere(() => true, goneAway('The relay is stopping.'));
  }

  async #connect(name: string, request: HttpRequest): Promise<Connection> {
    const source = request.connection.remoteAddress;
    const token = request.header('servicebusauthorization') ?? request.query.get('sb-hc-token') ?? '';
    let holderId: string | undefined;
    try {
      holderId = this.#options.verify(token, name);
      await this.#options.admit(name, holderId);
      if (this.open.size >= gatewayLimits.relayConnections) {
        throw new CodedError(
          'too-many',
          'The relay has as many connections as it serves; try again shortly.',
        );
      }
      return await this.#dial({ name, holderId, source });
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

  async #dial(asked: { name: string; holderId: string; source: string }): Promise<Connection> {
    const { name } = asked;
    try {
      const stream = await this.#options.dial(name);
      const connection: Connection = { ...asked, stream };
      stream.on('error', () => {});
      this.open.add(connection);
      stream.once('close', () => this.open.delete(connection));
      if (this.#closed) stream.destroy();
      // What came while it was dialed was not asked of this connection.
      const ending = await this.#endingOf(name, asked.holderId);
      if (!ending) return connection;
      stream.destroy();
      throw new CodedError('forbidden', ending.reason);
    } catch (thrown) {
      if (thrown instanceof CodedError) throw thrown;
      this.#options.log.warn('a cluster could not be dialed', { name, error: errorMessage(thrown) });
      throw new CodedError('unavailable', 'The cluster does not answer.', thrown);
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

  /** Connections of one holder to one cluster share one answer. */
  async #recheck(): Promise<void> {
    const endings = new Map<string, Ending | undefined>();
    for (const connection of [...this.open]) {
      const { name, holderId } = connection;
      const key = `${holderId} ${name}`;
      if (!endings.has(key)) endings.set(key, await this.#endingOf(name, holderId));
      const ending = endings.get(key);
      if (ending) end(connection, ending);
    }
  }

  /** Why the holder would be refused now; undefined when he would not. */
  async #endingOf(name: string, holderId: string): Promise<Ending | undefined> {
    try {
      await this.#options.admit(name, holderId);
      return undefined;
    } catch (thrown) {
      if (errorCode(thrown) === 'internal') {
        this.#options.log.error('a connection could not be judged again', { error: errorMessage(thrown) });
      }
      return endingOf(thrown);
    }
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
