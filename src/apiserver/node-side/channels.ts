import type { MessageSocket } from '../../http/contract.ts';
import { InputQueue } from './input-queue.ts';
import { endStatus, type RunProgram } from './sessions.ts';
import { drained } from './transport.ts';

const channels = { input: 0, output: 1, errors: 2, status: 3, resize: 4, close: 255 } as const;

/** How the messages of one subprotocol are read and written. */
interface ChannelProtocol {
  readonly name: string;
  /** Channels are digits, and bytes are told in base64. */
  readonly base64: boolean;
  /** How the program ended is told as a Status. */
  readonly tellsStatus: boolean;
  /** A client can end its input without going. */
  readonly closes: boolean;
}

/** In the order in which they are chosen; the last is that of clients that offer none. */
const protocols: readonly ChannelProtocol[] = [
  { name: 'v5.channel.k8s.io', base64: false, tellsStatus: true, closes: true },
  { name: 'v4.channel.k8s.io', base64: false, tellsStatus: true, closes: false },
  { name: 'v4.base64.channel.k8s.io', base64: true, tellsStatus: true, closes: false },
  { name: 'channel.k8s.io', base64: false, tellsStatus: false, closes: false },
  { name: 'base64.channel.k8s.io', base64: true, tellsStatus: false, closes: false },
  { name: '', base64: false, tellsStatus: false, closes: false },
];

/** The subprotocol for a client that offers these; undefined: it speaks none of ours. */
export function channelProtocol(offered: readonly string[]): ChannelProtocol | undefined {
  if (offered.length === 0) return protocols.at(-1);
  return protocols.find(({ name }) => name !== '' && offered.includes(name));
}

export interface TerminalAsked {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A session over a WebSocket: each message begins with its channel. */
export async function serveChannels(
  socket: MessageSocket,
  {
    protocol,
    asked,
    run,
    ending,
  }: {
    readonly protocol: ChannelProtocol;
    readonly asked: TerminalAsked;
    readonly run: RunProgram;
    readonly ending: AbortController;
  },
): Promise<void> {
  let isClosed = false;
  const input = new InputQueue(socket);
  socket.onClose(() => {
    isClosed = true;
    input.end();
    ending.abort();
  });
  socket.onMessage((message) => {
    const channel = protocol.base64 ? (message[0] ?? 48) - 48 : message[0];
    const body = message.subarray(1);
    const bytes = protocol.base64 ? Buffer.from(Buffer.from(body).toString('latin1'), 'base64') : body;
    if (channel === channels.input && asked.stdin) input.push(bytes);
    else if (channel === channels.close && protocol.closes && bytes[0] === channels.input) input.end();
  });
  const send = (channel: number, bytes: Uint8Array) => {
    const text = protocol.base64 ? Buffer.from(Buffer.from(bytes).toString('base64')) : bytes;
    const message = Buffer.concat([Buffer.from([protocol.base64 ? channel + 48 : channel]), text]);
    return drained(socket, socket.send(message, protocol.base64 ? 'text' : 'binary'), () => isClosed);
  };
  const first = asked.stdout ? channels.output : asked.stderr ? channels.errors : channels.status;
  // An empty message says that the connection stands.
  await send(first, new Uint8Array());
  const end = await run(
    {
      input: asked.stdin ? input : undefined,
      write: (fd, bytes) => {
        const channel = fd === 1 || asked.tty ? channels.output : channels.errors;
        return (channel === channels.output ? asked.stdout : asked.stderr)
          ? send(channel, bytes)
          : Promise.resolve();
      },
    },
    ending.signal,
  );
  if (protocol.tellsStatus)
    await send(channels.status, Buffer.from(JSON.stringify(endStatus(end, asked.command))));
  socket.close();
}
