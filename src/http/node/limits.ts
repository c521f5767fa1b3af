/** Limits of a listener. */
export interface ListenerLimits {
  /** When they are all taken, whoever keeps one waiting for the longest time makes room. */
  readonly connections: number;
  /** Of one address; the same happens among its own. */
  readonly connectionsPerSource: number;
  readonly streamsPerConnection: number;
  /** What a request body may weigh at most, where the handler that reads it takes no less. */
  readonly requestBodyBytes: number;
  readonly headerBytes: number;
  /** From the TCP connection to the end of the TLS handshake. */
  readonly handshakeMs: number;
  /** From the first byte of an HTTP/1.1 request to the end of its headers. */
  readonly headersMs: number;
  /** From when a handler asks for the body to its last byte; and for what comes of it after the answer. */
  readonly bodyMs: number;
  /** How much of a body that nobody wants is taken, so that its sender gets to read the answer. */
  readonly unwantedBodyBytes: number;
  /** How long an HTTP/2 connection without a request is kept. */
  readonly http2IdleMs: number;
  /** How long an idle HTTP/1.1 connection is kept. */
  readonly keepAliveMs: number;
  /** Above it a session takes no new stream: more than all its streams may have ahead of their readers. */
  readonly http2SessionMemoryMiB: number;
  /** Upload window of an HTTP/2 stream and, times 16, of a connection. */
  readonly http2WindowBytes: number;
  readonly webSocketMessageBytes: number;
  /** Of a peer that is only to listen. */
  readonly webSocketUnwantedBytes: number;
  /** What may wait for a slow WebSocket peer before `send` answers false. */
  readonly webSocketBufferBytes: number;
  /** A WebSocket peer that answers no ping within this time is cut off. */
  readonly webSocketPingMs: number;
  /** How long a WebSocket peer may take to answer the end. */
  readonly webSocketCloseMs: number;
  /** How long `close` lets responses end by themselves. */
  readonly closeGraceMs: number;
}

export const listenerLimits: ListenerLimits = {
  connections: 10_000,
  connectionsPerSource: 7_500,
  streamsPerConnection: 4_000,
  requestBodyBytes: 16 * 1024 * 1024,
  headerBytes: 64 * 1024,
  handshakeMs: 10_000,
  headersMs: 30_000,
  bodyMs: 60_000,
  unwantedBodyBytes: 64 * 1024 * 1024,
  http2IdleMs: 90_000,
  keepAliveMs: 75_000,
  http2SessionMemoryMiB: 768,
  http2WindowBytes: 1024 * 1024,
  webSocketMessageBytes: 16 * 1024 * 1024,
  webSocketUnwantedBytes: 4 * 1024,
  webSocketBufferBytes: 256 * 1024,
  webSocketPingMs: 30_000,
  webSocketCloseMs: 5_000,
  closeGraceMs: 500,
};
