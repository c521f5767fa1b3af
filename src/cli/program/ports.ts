import { createServer } from 'node:net';

/** `preferred` when nobody on this machine listens there, else a port that is free right now. */
export async function usablePort(preferred: number): Promise<number> {
  return (await listenable(preferred)) ?? (await listenable(0)) ?? preferred;
}

function listenable(port: number): Promise<number | undefined> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(undefined));
    probe.listen({ host: '127.0.0.1', port }, () => {
      const address = probe.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      probe.close(() => resolve(bound));
    });
  });
}
