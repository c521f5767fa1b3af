import type { Clock } from '../../base/index.ts';
import type { MessageSocket } from '../../http/contract.ts';
import type { PortStreams } from '../call/pod-machines.ts';
import { InputQueue } from './input-queue.ts';
import { SpdyConnection, type SpdyStream } from './spdy/connection.ts';
import { drained, type Transport } from './transport.ts';

/** What streams of forwarded ports are called in SPDY, and SPDY inside a WebSocket. */
export const portsVersion = 'portforward.k8s.io';
export const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

/** Serves a connection until it is over; resolves to why nobody answers there, if so. */
export type ServePort = (
  port: number,
  streams: PortStreams,
  signal: AbortSignal,
) => Promise<string | undefined>;

/** How long a data stream waits for its error stream and the other way round, as a kubelet waits. */
const pairMs = 30_000;

/** Forwards ports over SPDY: for each connection a stream for errors and one for data, told apart by their `requestID`. */
export function serveSpdyPorts(
  transport: Transport,
  {
    serve,
    ending,
    clock,
  }: { readonly serve: ServePort; readonly ending: AbortController; readonly clock: Clock },
): void {
  const waiting = new Map<string, { stream: SpdyStream; cancel: () => void }>();
  const pair = async (data: SpdyStream, error: SpdyStream) => {
    const port = Number(data.headers.get('port'));
    const failure = await serve(
      port,
      { input: data.input, write: (bytes) => data.write(bytes) },
      ending.signal,
    );
    if (failure !== undefined) await error.write(Buffer.from(failure));
    error.end();
    data.end();
  };
  const connection = new SpdyConnection(transport, (stream) => {
    const [id, type] = [stream.headers.get('requestid') ?? '', stream.headers.get('streamtype')];
    const other = waiting.get(id);
    if (!other) {
      const timer = clock.after(pairMs, () => {
        waiting.delete(id);
        stream.end();
      });
      waiting.set(id, { stream, cancel: () => timer.cancel() });
      return;
    }
    waiting.delete(id);
    other.cancel();
    const [data, error] = type === 'data' ? [stream, other.stream] : [other.stream, stream];
    pair(data, error).catch(() => connection.close());
  });
  ending.signal.addEventListener('abort', () => connection.close(), { once: true });
  transport.onClose(() => {
    for (const { cancel } of waiting.values()) cancel();
    waiting.clear();
    ending.abort();
  });
}

/** Forwards ports over the channels of a WebSocket: two for each port, data and errors, that begin with the port's number. */
export async function serveChannelPorts(
  socket: MessageSocket,
  {
    ports,
    serve,
    ending,
  }: { readonly ports: readonly number[]; readonly serve: ServePort; readonly ending: AbortController },
): Promise<void> {
  let isClosed = false;
  const inputs = ports.map(() => new InputQueue(socket));
  socket.onClose(() => {
    isClosed = true;
    for (const input of inputs) input.end();
    ending.abort();
  });
  const send = (channel: number, bytes: Uint8Array) =>
    drained(socket, socket.send(Buffer.concat([Buffer.from([channel]), bytes])), () => isClosed);
  socket.onMessage((message) => {
    const [channel = 0] = message;
    if (channel % 2 === 0) inputs[channel / 2]?.push(message.subarray(1));
  });
  await Promise.all(
    ports.map(async (port, index) => {
      const number = Buffer.alloc(2);
      number.writeUInt16LE(port);
      await send(index * 2, number);
      await send(index * 2 + 1, number);
      const input = inputs[index] ?? new InputQueue(socket);
      const failure = await serve(port, { input, write: (bytes) => send(index * 2, bytes) }, ending.signal);
      if (failure !== undefined) await send(index * 2 + 1, Buffer.from(failure));
    }),
  );
  socket.close();
}
