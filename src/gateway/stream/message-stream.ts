import { Duplex } from 'node:stream';
import type { HttpRequest, MessageSocket } from '../../http/index.ts';
import { gatewayLimits } from '../limits.ts';

/**
 * The subprotocol by which our own client and gateway tell the end of one direction: an empty message. Other clients do
 * not offer it; for them the end of either direction closes the socket, and no empty message is sent.
 */
export const halfCloseProtocol = 'drydock.half-close';

/** True when the client knows `halfCloseProtocol`. */
export function offersHalfClose(request: HttpRequest): boolean {
  const offered = request.header('sec-websocket-protocol')?.split(',') ?? [];
  return offered.some((protocol) => protocol.trim() === halfCloseProtocol);
}

/** A WebSocket as a byte stream, with back-pressure both ways. */
export function messageStream(socket: MessageSocket, options: { readonly halfClose: boolean }): Duplex {
  return new MessageStream(socket, options.halfClose);
}

const emptyMessage = new Uint8Array(0);
const normalClosure = 1000;
const internalError = 1011;

class MessageStream extends Duplex {
  readonly #socket: MessageSocket;
  readonly #halfClose: boolean;
  #socketClosed = false;

  constructor(socket: MessageSocket, halfClose: boolean) {
    super({
      allowHalfOpen: true,
      readableHighWaterMark: gatewayLimits.tunnelBufferBytes,
      writableHighWaterMark: gatewayLimits.tunnelBufferBytes,
    });
    this.#socket = socket;
    this.#halfClose = halfClose;
    socket.onMessage((message) => this.#take(message));
    socket.onClose((code) => this.#onSocketClose(code));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#send(chunk)) done();
    else this.#socket.onDrain(done);
  }

  override _final(done: () => void): void {
    if (this.#halfClose && !this.#socketClosed) this.#socket.send(emptyMessage);
    else this.#socket.close(normalClosure);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const whole = this.writableFinished && this.readableEnded;
    if (!this.#socketClosed) this.#socket.close(error === null && whole ? normalClosure : internalError);
    done(error);
  }

  #send(chunk: Buffer): boolean {
    let open = true;
    for (let at = 0; at < chunk.length; at += gatewayLimits.messageBytes) {
      open = this.#socket.send(chunk.subarray(at, at + gatewayLimits.messageBytes));
    }
    return open;
  }

  #take(message: Uint8Array): void {
    if (this.destroyed) return;
    if (message.length === 0) {
      if (this.#halfClose) this.push(null);
    } else if (!this.readableEnded && !this.push(message)) {
      this.#socket.pause();
    }
  }

  #onSocketClose(code: number): void {
    this.#socketClosed = true;
    if (this.destroyed) return;
    if (code === internalError || (code === abnormalClosure && this.#halfClose)) {
      this.destroy();
      return;
    }
    // Clients of Azure end by closing: what they sent before is still delivered.
    if (!this.readableEnded) this.push(null);
    this.end();
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
  }
}

const abnormalClosure = 1006;
