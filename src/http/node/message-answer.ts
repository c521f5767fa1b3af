import type { Duplex } from 'node:stream';
import type { ByteSink, HttpResponse, MessageSocket, StreamBody, WebSocketAccept } from '../contract.ts';
import type { Serving } from './message.ts';
import { abandon } from './outgoing.ts';
import { type Reader, readerOf } from './traffic.ts';

/**
 * How an answer that has `messages` takes a WebSocket: each chunk is a message. Undefined for other answers. The header
 * `sec-websocket-protocol` of the answer is the subprotocol to confirm.
 */
export function answeredInMessages(
  answer: HttpResponse | WebSocketAccept,
  to: { readonly socket: Duplex; readonly serving: Serving },
): WebSocketAccept | undefined {
  const body = 'body' in answer ? answer.body : undefined;
  if (!('status' in answer) || body === undefined || !('start' in body) || !body.messages) return undefined;
  const kind = body.messages;
  const subprotocol = answer.headers?.['sec-websocket-protocol'];
  return {
    ...(typeof subprotocol === 'string' && { subprotocol }),
    accept: (socket) => {
      // What comes is not wanted, but pings and the end are.
      socket.onMessage(ignore);
      const reader = readerOf(() => to.socket.destroy());
      body.start(new MessageSink(socket, kind, { traffic: to.serving.traffic, reader }));
    },
    abandon: () => abandon({ body }),
  };
}

class MessageSink implements ByteSink {
  readonly #socket: MessageSocket;
  readonly #kind: NonNullable<StreamBody['messages']>;
  readonly #recipient: { readonly traffic: Serving['traffic']; readonly reader: Reader };
  #waitingBytes = 0;
  #closed = false;

  constructor(
    socket: MessageSocket,
    kind: NonNullable<StreamBody['messages']>,
    recipient: { readonly traffic: Serving['traffic']; readonly reader: Reader },
  ) {
    this.#socket = socket;
    this.#kind = kind;
    this.#recipient = recipient;
    socket.onClose(() => {
      this.#closed = true;
      recipient.traffic.done(recipient.reader);
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#closed) return true;
    const more = this.#socket.send(chunk, this.#kind);
    this.#waitingBytes = more ? 0 : this.#waitingBytes + chunk.length;
    const { traffic, reader } = this.#recipient;
    if (!more) traffic.wait(reader, this.#waitingBytes);
    return more;
  }

  end(): void {
    if (!this.#closed) this.#socket.close();
  }

  cut(): void {
    if (!this.#closed) this.#recipient.reader.cut();
  }

  onDrain(run: () => void): void {
    this.#socket.onDrain(() => {
      this.#waitingBytes = 0;
      this.#recipient.traffic.done(this.#recipient.reader);
      run();
    });
  }

  onClose(run: () => void): void {
    this.#socket.onClose(run);
  }
}

function ignore(): void {}
