import type { JsonObject } from '../base/index.ts';
import { objectIn, objectsIn, textIn } from './pod.ts';

const echoLimits = {
  headBytes: 64 * 1024,
  bodyBytes: 4 * 1024 * 1024,
  /** Of a body that is shown again. */
  shownCharacters: 4_096,
} as const;

export interface EchoRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface EchoAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a simulated server answers: which pod and node it is, and what it was asked. */
export function answerRequest(pod: JsonObject, port: number, asked: EchoRequest): EchoAnswer {
  const metadata = objectIn(pod, 'metadata');
  const lines = [
    `Hostname: ${textIn(metadata, 'name')}`,
    `Namespace: ${textIn(metadata, 'namespace')}`,
    `Node: ${textIn(objectIn(pod, 'spec'), 'nodeName')}`,
    `Address: ${textIn(objectIn(pod, 'status'), 'podIP')}:${port}`,
    `Request: ${asked.method} ${asked.path}`,
    ...(asked.headers['host'] === undefined ? [] : [`Host: ${asked.headers['host']}`]),
    ...(asked.body === '' ? [] : ['', asked.body.slice(0, echoLimits.shownCharacters)]),
  ];
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${lines.join('\n')}\n`,
  };
}

/** Whether anything listens on a port of a pod: those that its containers declare or are probed on; on any where none is declared. */
export function answersOn(pod: JsonObject, port: number): boolean {
  const containers = objectsIn(objectIn(pod, 'spec'), 'containers');
  const declared = containers.flatMap((container) => [
    ...objectsIn(container, 'ports').map((each) => each['containerPort']),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((name) =>
      ['httpGet', 'tcpSocket'].map((kind) => objectIn(objectIn(container, name), kind)['port']),
    ),
  ]);
  const numbers = declared.filter((each) => typeof each === 'number');
  return numbers.length === 0 || numbers.includes(port);
}

/** Serves HTTP/1.1 on a stream of bytes, one request after the other, until it ends. */
export async function serveHttp(
  pod: JsonObject,
  port: number,
  streams: { readonly input: AsyncIterable<Uint8Array>; write(bytes: Uint8Array): Promise<void> },
): Promise<void> {
  let waiting = Buffer.alloc(0);
  for await (const bytes of streams.input) {
    waiting = Buffer.concat([waiting, bytes]);
    for (;;) {
      const end = waiting.indexOf('\r\n\r\n');
      if (end < 0 && waiting.length > echoLimits.headBytes) return;
      if (end < 0) break;
      const head = waiting.toString('latin1', 0, end).split('\r\n');
      const headers = headersOf(head.slice(1));
      const length = Number(headers['content-length'] ?? 0);
      if (!(length >= 0 && length <= echoLimits.bodyBytes)) return;
      if (waiting.length < end + 4 + length) break;
      const body = waiting.toString('utf8', end + 4, end + 4 + length);
      waiting = waiting.subarray(end + 4 + length);
      const [method = '', path = ''] = (head[0] ?? '').split(' ');
      const answer = answerRequest(pod, port, { method, path, headers, body });
      const closes = /close/i.test(headers['connection'] ?? '');
      await streams.write(answerBytes(answer, { isHead: method === 'HEAD', closes }));
      if (closes) return;
    }
  }
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  return headers;
}

function answerBytes(
  answer: EchoAnswer,
  { isHead, closes }: { readonly isHead: boolean; readonly closes: boolean },
): Buffer {
  const body = Buffer.from(answer.body);
  const headers = {
    ...answer.headers,
    'content-length': String(body.length),
    connection: closes ? 'close' : 'keep-alive',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${answer.status} OK\r\n${lines.join('')}\r\n`),
    isHead ? Buffer.alloc(0) : body,
  ]);
}
