import { createServer, type Server, type Socket } from 'node:net';
import { CodedError, errorMessage } from '../../base/index.ts';

/** A TCP listener on this machine only. */
export interface LocalListener {
  readonly port: number;
  close(): void;
}

/**
 * Listens on 127.0.0.1 and, where there is one, on ::1 of the same port, because `localhost` may mean either. Throws
 * `unavailable` when the port is taken.
 */
export async function listenLocally(
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<LocalListener> {
  const open = () => createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, onConnection);
  const first = open();
  const bound = await listen(first, '127.0.0.1', port);
  const second = open();
  const both = await listen(second, '::1', bound).then(
    () => true,
    () => false,
  );
  return {
    port: bound,
    close() {
      first.close();
      if (both) second.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new CodedError('unavailable', `Port ${port} cannot be listened on: ${errorMessage(error)}.`, error),
      );
    });
    server.listen({ host, port, backlog: 512 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
