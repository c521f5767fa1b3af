import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJson, encodeJson, isObject, type JsonObject } from '../../../base/index.ts';

const bodyBytes = 1024 * 1024;

/** A refusal that az prints as it is. */
export class Answer extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.name = 'Answer';
    this.status = status;
  }
}

/**
 * Answers a call of az's with what `make` returns. No web page gets that far: pages send neither JSON unasked nor the
 * name of this machine.
 */
export async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  make: (body: JsonObject) => JsonObject,
): Promise<void> {
  try {
    send(response, {
      status: 200,
      type: 'application/json',
      body: encodeJson(make(await readBody(message))),
    });
  } catch (thrown) {
    const refusal = thrown instanceof Answer ? thrown : new Answer(500, String(thrown));
    send(response, { status: refusal.status, type: 'text/plain', body: Buffer.from(refusal.message) });
  }
}

function send(
  response: ServerResponse,
  { status, type, body }: { readonly status: number; readonly type: string; readonly body: Uint8Array },
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.byteLength });
  response.end(body);
}

async function readBody(message: IncomingMessage): Promise<JsonObject> {
  const { host = '', origin } = message.headers;
  if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host) || origin !== undefined)
    throw new Answer(403, 'this is for az on this machine alone');
  const isJson = /^application\/json\b/i.test(message.headers['content-type'] ?? '');
  if (message.method !== 'GET' && !isJson) throw new Answer(415, 'the body must be application/json');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += chunk.length;
    if (bytes > bodyBytes) throw new Answer(413, `the body is larger than ${bodyBytes} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    const body = decodeJson(Buffer.concat(chunks));
    if (isObject(body)) return body;
  } catch {
    throw new Answer(400, 'the body is not JSON');
  }
  throw new Answer(400, 'the body must be a JSON object');
}
