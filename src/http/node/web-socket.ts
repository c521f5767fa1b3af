import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Clock, Timer } from '../../base/index.ts';
import type { MessageSocket, WebSocketAccept } from '../contract.ts';
import type { ListenerLimits } from './limits.ts';

/** Finishes WebSocket handshakes. Compression is off: the bytes of a tunnel are encrypted already. */
export class WebSocketAcceptor {
  readonly #server: WebSocketServer;
  readonly #subprotocols = new WeakMap<IncomingMessage, string>();
  readonly #limits: ListenerLimits;
  readonly #clock: Clock;
  /** Peers that have been pinged and have not answered yet. */
  #silent = new WeakSet<WebSocket>();
  #pinging: Timer | undefined;

  constructor(limits: ListenerLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: limits.webSocketMessageBytes,
      ...closeWithin(limits.webSocketCloseMs),
      handleProtocols: (offered, message) => {
        const wanted = this.#subprotocols.get(message);
        return wanted !== undefined && offered.has(wanted) ? wanted : false;
      },
    });
  }

  accept(
    from: { readonly message: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
    { accept, abandon, subprotocol }: WebSocketAccept,
  ): void {
    if (subprotocol !== undefined) this.#subprotocols.set(from.message, subprotocol);
    let accepted = false;
    this.#server.handleUpgrade(from.message, from.socket, from.head, (socket) => {
      accepted = true;
      socket.on('pong', () => this.#silent.delete(socket));
      this.#pinging ??= this.#pingLater();
      accept(messageSocket(socket, this.#limits.webSocketBufferBytes));
    });
    // A wrong handshake has been answered by `ws`, at once.
    if (!accepted) abandon?.();
  }

  close(): void {
    this.#pinging?.cancel();
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #pingLater(): Timer {
    return this.#clock.after(this.#limits.webSocketPingMs, () => {
      for (const client of this.#server.clients) this.#ping(client);
      this.#pinging = this.#server.clients.size > 0 ? this.#pingLater() : undefined;
    });
  }

  #ping(client: WebSocket): void {
    // The answer of a peer that is held back cannot be read; writing to it still finds out when it is gone.
    if (this.#silent.has(client) && !client.isPaused) {
      client.terminate();
      return;
    }
    if (client.readyState !== client.OPEN) return;
    this.#silent.add(client);
    client.ping();
  }
}

/** A `ws` socket of either side as a MessageSocket. It reads nothing before `onMessage`. */
export function messageSocket(socket: WebSocket, bufferBytes: number): MessageSocket {
  let draining: (() => void)[] = [];
  let waiting = false;
  let paused = false;
  let listening = false;
  let closing = false;
  let closed: { readonly code: number; readonly reason: string } | undefined;
  socket.pause();
  // An error is always followed by 'close'.
  socket.on('error', () => {});
  const sent = () => {
    if (!waiting || socket.bufferedAmount > bufferBytes / 2) return;
    waiting = false;
    const run = draining;
    draining = [];
    for (const each of run) each();
  };
  socket.once('close', (code, reason) => {
    closed = { code, reason: reason.toString('utf8') };
  });
  return {
    send(message, kind = 'binary') {
      if (socket.readyState !== socket.OPEN) return true;
      socket.send(message, sendOptions[kind], sent);
      if (socket.bufferedAmount > bufferBytes) waiting = true;
      return !waiting;
    },
    onDrain: (run) => {
      if (waiting) draining.push(run);
      else queueMicrotask(run);
    },
    onMessage(run) {
      socket.on('message', (data: RawData) => run(bytesOf(data)));
      listening = true;
      if (!paused) socket.resume();
    },
    pause() {
      paused = true;
      if (!closing) socket.pause();
    },
    resume() {
      paused = false;
      if (listening) socket.resume();
    },
    onClose(run) {
      const known = closed;
      if (known) queueMicrotask(() => run(known.code, known.reason));
      else socket.once('close', (code, reason) => run(code, reason.toString('utf8')));
    },
    close(code = 1000, reason = '') {
      // A paused socket would never see the peer's answer.
      closing = true;
      socket.resume();
      socket.close(code, closeReason(reason));
    },
  };
}

const closeReasonBytes = 123;

/** Cut between characters, not inside one. */
function closeReason(reason: string): string {
  const bytes = Buffer.from(reason, 'utf8');
  if (bytes.length <= closeReasonBytes) return reason;
  let end = closeReasonBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

const sendOptions = {
  binary: { binary: true, compress: false },
  text: { binary: false, compress: false },
} as const;

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** The option exists since ws 8.18; the types do not know it yet. */
export function closeWithin(closeTimeout: number): object {
  return { closeTimeout };
}
