import { Duplex } from 'node:stream';
import type { HttpRequest, MessageSocket } from '../../http/index.ts';
import { type Ending, endingCodes } from '../ending.ts';
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

export interface MessageStreamOptions {
  readonly halfClose: boolean;
  /** Called when the peer ended the connection and said why. */
  readonly onEnded?: (reason: string) => void;
}

/** A WebSocket as a byte stream, with back-pressure both ways. */
export function messageStream(socket: MessageSocket, options: MessageStreamOptions): MessageStream {
  return new MessageStream(socket, options);
}

const emptyMessage = new Uint8Array(0);
const normalClosure = 1000;
const internalError = 1011;

/** See `messageStream`. Counts what went through. */
export class MessageStream extends Duplex {
  readonly #socket: MessageSocket;
  readonly #halfClose: boolean;
  readonly #onEnded: ((reason: string) => void) | undefined;
  #socketClosed = false;
  receivedBytes = 0;
  sentBytes = 0;

  constructor(socket: MessageSocket, { halfClose, onEnded }: MessageStreamOptions) {
    super({
      allowHalfOpen: true,
      readableHighWaterMark: gatewayLimits.tunnelBufferBytes,
      writableHighWaterMark: gatewayLimits.tunnelBufferBytes,
    });
    this.#socket = socket;
    this.#halfClose = halfClose;
    this.#onEnded = onEnded;
    socket.onMessage((message) => this.#take(message));
    socket.onClose((code, reason) => this.#onSocketClose(code, reason));
  }

  /** Ends both directions at once and tells the peer why. */
  endWith({ closeCode, reason }: Ending): void {
    if (!this.#socketClosed) this.#socket.close(closeCode, reason);
    this.#socketClosed = true;
    this.destroy();
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
    this.sentBytes += chunk.length;
    for (let at = 0; at < chunk.length; at += gatewayLimits.messageBytes) {
      open = this.#socket.send(chunk.subarray(at, at + gatewayLimits.messageBytes));
    }
    return open;
  }

  #take(message: Uint8Array): void {
    if (this.destroyed) return;
    this.receivedBytes += message.length;
    if (message.length === 0) {
      if (this.#halfClose) this.push(null);
    } else if (!this.readableEnded && !this.push(message)) {
      this.#socket.pause();
    }
  }

  #onSocketClose(code: number, reason: string): void {
    this.#socketClosed = true;
    if (reason !== '' && endingCodes.includes(code)) this.#onEnded?.(reason);
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
