/** Limits of the data plane. */
export const gatewayLimits = {
  /** From the token answer to the WebSocket that uses it. */
  webSocketTokenMs: 30_000,
  /** How long a session whose tunnel has ended can still be deleted by name; clients do not delete all of theirs. */
  endedSessionMs: 120_000,
  endedSessionsKept: 2_000,
  /** Tokens and tunnels at a time. */
  sessionsPerCaller: 2_000,
  sessionsPerGateway: 20_000,
  tokenRequestBytes: 64 * 1024,
  /** Clients of Azure write a message to a blocking socket at once. */
  messageBytes: 16 * 1024,
  /** What waits in each direction of a tunnel before its source is paused. */
  tunnelBufferBytes: 64 * 1024,
  /** How long a side that has been told of the end may take to write what it has. */
  closeGraceMs: 5_000,
  handshakeMs: 15_000,
  parallelHandshakes: 32,
  relayConnections: 2_000,
} as const;
