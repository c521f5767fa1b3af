import { connect, createServer } from 'node:net';
import type { AzContext } from '../context.ts';

/** True when something on this machine answers at `port`, or holds it in another way. */
export async function isPortTaken(port: number): Promise<boolean> {
  return (await answers(port)) || !(await canBeBound(port));
}

function canBeBound(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port }, () => probe.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Resolves on Ctrl+C, or after `timeoutSeconds` when given. */
export async function untilStopped(
  context: Pick<AzContext, 'signal' | 'clock'>,
  timeoutSeconds: number | undefined,
): Promise<void> {
  if (timeoutSeconds !== undefined) return context.clock.sleep(timeoutSeconds * 1000, context.signal);
  const { signal } = context;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
