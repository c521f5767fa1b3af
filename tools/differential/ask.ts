import { Agent, request } from 'node:https';
import type { Target } from '../../bench/kube/client.ts';
import type { Json, JsonObject } from '../../src/base/index.ts';

/** One request, the same for both servers but for what only one of them can know. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  /** An object is sent as JSON, text as it stands. */
  readonly body?: Json;
  readonly type?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  /** In the order and the number they came in, names in small letters. */
  readonly headers: readonly (readonly [string, string])[];
}

export type Send = (ask: Ask) => Promise<Answer>;

const longestWaitMs = 30_000;
const mostSockets = 16;

/** Sends to one server, over connections that are kept. */
export function sender(target: Target): Send {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: mostSockets,
    ...(target.authority === undefined ? { rejectUnauthorized: false } : { ca: target.authority }),
  });
  const { hostname, port } = new URL(target.url);
  return (ask) =>
    new Promise((resolve) => {
      const body = bodyOf(ask);
      const outgoing = request({
        agent,
        hostname,
        port,
        method: ask.method,
        path: ask.path,
        headers: {
          accept: ask.accept ?? 'application/json',
          'user-agent': 'differential/1',
          authorization: `Bearer ${target.token}`,
          ...(body === undefined
            ? {}
            : { 'content-type': ask.type ?? 'application/json', 'content-length': body.length }),
          ...ask.headers,
        },
      });
      outgoing.setTimeout(longestWaitMs, () => outgoing.destroy(new Error(`${ask.path} was not answered`)));
      // A connection that ends without an answer is an answer of its own.
      const ended = ({ message }: Error) => resolve({ status: 0, bytes: Buffer.from(message), headers: [] });
      outgoing.once('error', ended);
      outgoing.once('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', ended);
        incoming.once('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            bytes: Buffer.concat(chunks),
            headers: pairs(incoming.rawHeaders),
          }),
        );
      });
      outgoing.end(body);
    });
}

function bodyOf({ body }: Ask): Buffer | undefined {
  if (body === undefined) return undefined;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : []));
}

export function headerOf(answer: Answer, name: string): string | undefined {
  const values = answer.headers.filter(([other]) => other === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join('\n');
}

/** The object in an answer; empty when it holds none. */
export function objectOf(answer: Answer): JsonObject {
  try {
    const value: unknown = JSON.parse(answer.bytes.toString('utf8'));
    // What was parsed from JSON and is neither null nor a list is a JSON object.
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {}
  return {};
}
