import {
  Agent,
  type ClientRequestArgs,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, CodedError, errorMessage } from '../../base/index.ts';
import { joinStreams } from '../stream/join-streams.ts';
import { type ClusterTls, type RelayAccess, RelayConnector } from './relay-connector.ts';

export interface ForwarderOptions {
  /** First path segment of the local server URL: SHA-256 in hex of the lower-cased ARM id of the cluster. */
  readonly clusterPath: string;
  readonly relay: RelayAccess;
  readonly cluster: ClusterTls;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/**
 * Sends requests, watches and upgrades on to one cluster with the caller's own Authorization; TLS to the cluster ends
 * inside the cluster, so that the relay sees nothing of them.
 */
export class ClusterForwarder {
  readonly #options: ForwarderOptions;
  readonly #connector: RelayConnector;
  readonly #agent: RelayAgent;
  readonly #upgraded = new Set<Duplex>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#connector = new RelayConnector(
      {
        ...options.relay,
        onEnded: (reason) =>
          options.onError(new CodedError('unavailable', `The connection was closed: ${reason}`)),
      },
      options.cluster,
      options.clock,
    );
    this.#agent = new RelayAgent(this.#connector);
  }

  /** Ends upgraded connections and those that are kept. */
  close(): void {
    for (const socket of this.#upgraded) socket.destroy();
    this.#agent.destroy();
    this.#connector.close();
  }

  forward(message: IncomingMessage, response: ServerResponse, retried = false): void {
    response.on('error', ignore);
    const path = this.#clusterPathOf(message);
    if (path === undefined) {
      answerStatus(
        response,
        404,
        `Nothing is served at ${message.url}; the server URL ends in /${this.#options.clusterPath}.`,
      );
      return;
    }
    const upstream = request(this.#outgoing(message, path, endToEndHeaders(message.headers)));
    upstream.once('error', (error) => {
      if (response.headersSent) {
        response.destroy();
      } else if (upstream.reusedSocket && hasNoBody(message) && !retried) {
        // The cluster closed an idle connection at this very moment.
        this.forward(message, response, true);
      } else {
        this.#fail(response, error);
      }
    });
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.headers));
      // A watch shows its headers before its first event.
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    message.pipe(upstream);
  }

  forwardUpgrade(message: IncomingMessage, local: { readonly socket: Duplex; readonly head: Buffer }): void {
    const { socket } = local;
    socket.on('error', ignore);
    const path = this.#clusterPathOf(message);
    if (path === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const headers = { ...message.headers, host: this.#options.cluster.serverName };
    const upstream = request(this.#outgoing(message, path, headers));
    const refuse = (write: (response: ServerResponse) => void) => {
      const response = new ServerResponse(message);
      response.shouldKeepAlive = false;
      // The type asks for a net.Socket; Node takes the Duplex that it hands out itself.
      response.assignSocket(socket as Socket);
      response.on('finish', () => socket.end());
      write(response);
    };
    upstream.once('error', (error) => refuse((response) => this.#fail(response, error)));
    upstream.once('response', (answer) => {
      refuse((response) => {
        response.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.headers));
        answer.pipe(response);
      });
    });
    upstream.once('upgrade', (answer, remote, head) => {
      socket.write(upgradeHead(answer));
      if (head.length > 0) socket.write(head);
      if (local.head.length > 0) remote.write(local.head);
      this.#upgraded.add(socket);
      const onClosed = () => this.#upgraded.delete(socket);
      joinStreams(socket, remote, { clock: this.#options.clock, onClosed });
    });
    socket.once('close', () => upstream.destroy());
    upstream.end();
  }

  #outgoing(message: IncomingMessage, path: string, headers: IncomingHttpHeaders): ClientRequestArgs {
    const { serverName } = this.#options.cluster;
    return {
      agent: this.#agent,
      host: serverName,
      method: message.method ?? 'GET',
      path,
      headers: { ...headers, host: serverName },
    };
  }

  /** The path behind `/{clusterPath}`, or undefined when the request is not for it. */
  #clusterPathOf(message: IncomingMessage): string | undefined {
    const prefix = `/${this.#options.clusterPath}`;
    const url = message.url ?? '';
    if (!url.startsWith(prefix)) return undefined;
    const rest = url.slice(prefix.length);
    if (rest === '' || rest.startsWith('?')) return `/${rest}`;
    return rest.startsWith('/') ? rest : undefined;
  }

  #fail(response: ServerResponse, thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#options.onError(error);
    answerStatus(response, 503, `The cluster cannot be reached: ${errorMessage(error)}`);
  }
}

/** Keeps connections through the relay and hands them to requests one after the other. */
class RelayAgent extends Agent {
  readonly #connector: RelayConnector;

  constructor(connector: RelayConnector) {
    super({ keepAlive: true, maxFreeSockets: 8 });
    this.#connector = connector;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done: (error: Error | null, socket: Duplex) => void = ignore,
  ): Duplex | null | undefined {
    this.#connector.connect().then(
      (socket) => done(null, socket),
      // Node reads no socket next to an error; the type wants one.
      (thrown) => done(thrown instanceof Error ? thrown : new Error(String(thrown)), undefined as never),
    );
    return undefined;
  }
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** The headers that are not about one connection only (RFC 9110 section 7.6.1); Node frames the body anew. */
function endToEndHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
}

function upgradeHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** In the form that kubectl prints. */
function answerStatus(response: ServerResponse, code: number, message: string): void {
  const reason = code === 404 ? 'NotFound' : 'ServiceUnavailable';
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  });
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function ignore(): void {}
