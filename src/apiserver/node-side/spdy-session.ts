import type { Clock } from '../../base/index.ts';
import type { TerminalAsked } from './channels.ts';
import { endStatus, type RunProgram } from './sessions.ts';
import { SpdyConnection, type SpdyStream } from './spdy/connection.ts';
import type { Transport } from './transport.ts';

/** How long a client has to open its streams, as a kubelet waits for them. */
const streamsMs = 30_000;

/** The versions of the session's protocol, best first; the first tells no exit codes. */
const versions = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];

/** The version for a client that offers these; undefined: none is ours. */
export function sessionVersion(offered: readonly string[]): string | undefined {
  if (offered.length === 0) return 'channel.k8s.io';
  return versions.find((each) => each !== versions[0] && offered.includes(each));
}

/** A session over SPDY: one stream for each of error, input, output, errors and sizes of the terminal. */
export function serveSpdySession(
  transport: Transport,
  {
    version,
    asked,
    run,
    ending,
    clock,
  }: {
    readonly version: string;
    readonly asked: TerminalAsked;
    readonly run: RunProgram;
    readonly ending: AbortController;
    readonly clock: Clock;
  },
): void {
  const streams = new Map<string, SpdyStream>();
  const wanted = ['error'];
  if (asked.stdin) wanted.push('stdin');
  if (asked.stdout) wanted.push('stdout');
  if (asked.stderr && !asked.tty) wanted.push('stderr');
  if (asked.tty && /^v[345]/.test(version)) wanted.push('resize');
  let hasBegun = false;
  const begin = async () => {
    hasBegun = true;
    const end = await run(
      {
        input: streams.get('stdin')?.input,
        write: async (fd, bytes) => streams.get(fd === 1 || asked.tty ? 'stdout' : 'stderr')?.write(bytes),
      },
      ending.signal,
    );
    const status = endStatus(end, asked.command);
    const error = streams.get('error');
    if (/^v[45]/.test(version)) await error?.write(Buffer.from(JSON.stringify(status)));
    else if (status['status'] !== 'Success') await error?.write(Buffer.from(String(status['message'])));
    for (const stream of streams.values()) stream.end();
    connection.close();
  };
  const connection = new SpdyConnection(transport, (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    if (wanted.includes(type) && !streams.has(type)) streams.set(type, stream);
    if (!hasBegun && wanted.every((each) => streams.has(each))) {
      timer.cancel();
      begin().catch(() => connection.close());
    }
  });
  const timer = clock.after(streamsMs, () => connection.close());
  ending.signal.addEventListener('abort', () => connection.close(), { once: true });
  transport.onClose(() => {
    timer.cancel();
    ending.abort();
  });
}
