import type { Duplex } from 'node:stream';
import type { MessageSocket } from '../../http/contract.ts';

/** Bytes both ways, whatever carries them. */
export interface Transport {
  /** Resolves when more may be written, or nobody is there any more. */
  write(bytes: Uint8Array): Promise<void>;
  onData(run: (bytes: Uint8Array) => void): void;
  onClose(run: () => void): void;
  pause(): void;
  resume(): void;
  close(): void;
}

export function socketTransport(socket: Duplex): Transport {
  socket.on('error', () => {});
  return {
    write: (bytes) =>
      new Promise((resolve) => {
        if (socket.destroyed || socket.writableEnded || socket.write(bytes)) {
          resolve();
          return;
        }
        const go = () => {
          socket.off('drain', go);
          socket.off('close', go);
          resolve();
        };
        socket.once('drain', go);
        socket.once('close', go);
      }),
    onData: (run) => void socket.on('data', run),
    onClose: (run) => {
      socket.once('end', () => socket.end());
      socket.once('close', run);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => {
      socket.end();
    },
  };
}

/** Each message carries the next bytes. */
export function messageTransport(socket: MessageSocket): Transport {
  let closed = false;
  socket.onClose(() => {
    closed = true;
  });
  return {
    write: (bytes) => drained(socket, socket.send(bytes), () => closed),
    onData: (run) => socket.onMessage(run),
    onClose: (run) => socket.onClose(run),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(),
  };
}

/** Resolves when more may be sent. */
export function drained(socket: MessageSocket, hasRoom: boolean, isClosed: () => boolean): Promise<void> {
  if (hasRoom || isClosed()) return Promise.resolve();
  return new Promise((resolve) => {
    socket.onDrain(resolve);
    socket.onClose(() => resolve());
  });
}
