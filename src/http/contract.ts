import type { Duplex } from 'node:stream';

/**
 * Requests and responses as plain values. Rooms above answer a `Handler`; only the folder `node` knows sockets,
 * TLS, HTTP/1.1 and HTTP/2.
 */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As received: percent-encoded path, without the query. */
  readonly path: string;
  /** The raw query without `?`; empty when there is none. */
  readonly rawQuery: string;
  /** Parsed on first use. */
  readonly query: URLSearchParams;
  /** Value of a header by lower-case name; several lines are joined with `, `. */
  header(name: string): string | undefined;
  /** The header lines, as they were sent, whose name begins with `prefix` (lower case). */
  headerLines(prefix: string): readonly HeaderLine[];
  readonly connection: ConnectionInfo;
  /** Aborts when the caller goes away before the response is complete. Made on first use. */
  readonly signal: AbortSignal;
  /** The whole body. Fails with `too-large` above `limitBytes`. Read once: `holder` is heard with the first call alone. */
  body(limitBytes: number, holder?: BodyHolder): Promise<Uint8Array>;
  /**
   * The body as it comes, of any length and at the pace of whoever takes it, instead of `body`; undefined when there is
   * none. Fails when its sender goes away. Absent: there is `body` alone.
   */
  chunks?(): AsyncIterable<Uint8Array> | undefined;
  /** The caller asks to switch to WebSocket: an answer that has `messages` is sent so, any other as it is. */
  readonly asksWebSocket?: boolean;
  /** The protocol that the caller asks to switch to, WebSocket or another one, as sent: an answer may have `switched`. */
  readonly asksProtocol?: string;
  /** Set by whoever counts requests by their callers: see `callerProven`. */
  onCallerProven?: ((name: string) => void) | undefined;
}

/** Whoever takes a body before it is worked on: until then it weighs as one that is on its way. */
export interface BodyHolder {
  /** So many bytes have come. May throw: then the body fails with that. */
  receive(bytes: number): void;
  /** Calls `release` once the body is worked on, or nobody wants it any more. */
  onOver(release: () => void): void;
}

export interface HeaderLine {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

export interface ConnectionInfo {
  /** Name that the client asked for in TLS (SNI), lower case. */
  readonly serverName: string | undefined;
  /** `Host` or `:authority`, as sent. */
  readonly host: string;
  readonly remoteAddress: string;
  /** DER of the client's certificate when it sent one; not yet verified. */
  readonly clientCertificate: Uint8Array | undefined;
  /** What the accepting listener attached to this connection, e.g. the cluster behind a tunnel. */
  readonly tag: string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: HttpBody;
  /**
   * The connection changes its protocol (status 101), for requests with `asksProtocol`: it is given to this once the head
   * went out; undefined when there is nobody any more.
   */
  readonly switched?: (connection: Duplex | undefined) => void;
  /** The connection becomes a WebSocket (status 101), for requests with `asksWebSocket`; the other members are not sent then. */
  readonly webSocket?: WebSocketAccept;
}

/** A list of chunks is written as it stands, so that stored bytes are not copied. */
export type HttpBody = Uint8Array | readonly Uint8Array[] | StreamBody;

/**
 * A body that is produced over time, such as a watch. `start` is called once the headers went out, or with a sink that
 * is closed when there is nobody to answer any more: a body that was opened hears of its end in any case. A HEAD starts none.
 */
export interface StreamBody {
  start(sink: ByteSink): void;
  /** Each chunk is a message of this kind for callers that asked for WebSocket; without it the body is none for them. */
  readonly messages?: 'text' | 'binary';
}

export interface ByteSink {
  /** False when the caller should wait for `onDrain` (the bytes are taken all the same). */
  write(chunk: Uint8Array): boolean;
  end(): void;
  /** Breaks the response off, so that its reader knows that it is not whole. */
  cut(): void;
  onDrain(run: () => void): void;
  /** Called once, when the response is over for whatever reason. */
  onClose(run: () => void): void;
  readonly closed: boolean;
}

export type Handler = (request: HttpRequest) => Promise<HttpResponse> | HttpResponse;

/** Answers a request to switch to WebSocket: either with a response, whose body may have `messages`, or takes the connection. */
export type UpgradeHandler = (
  request: HttpRequest,
) => Promise<HttpResponse | WebSocketAccept> | HttpResponse | WebSocketAccept;

export interface WebSocketAccept {
  /** Called once the handshake is done. */
  accept(socket: MessageSocket): void;
  /** Called instead of `accept` when the caller went away or the handshake was wrong: give back what was opened. */
  abandon?(): void;
  /** The subprotocol to confirm, when the client offered it. */
  readonly subprotocol?: string;
}

/** Messages both ways; those that come are not told apart. */
export interface MessageSocket {
  /** False when more than the socket's buffer limit is waiting; go on after `onDrain`. Binary unless said otherwise. */
  send(message: Uint8Array, kind?: 'text' | 'binary'): boolean;
  onDrain(run: () => void): void;
  onMessage(run: (message: Uint8Array) => void): void;
  /** Stops and restarts reading from the peer: back-pressure. */
  pause(): void;
  resume(): void;
  /** Called once. `reason` is the peer's sentence, often empty. */
  onClose(run: (code: number, reason: string) => void): void;
  /** `reason` is cut to the 123 bytes that a close frame holds (RFC 6455, section 5.5). */
  close(code?: number, reason?: string): void;
}
