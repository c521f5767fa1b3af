import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import type { Duplex } from 'node:stream';
import type { HeaderLine, HttpResponse, StreamBody } from '../contract.ts';

/** A request that is passed on: nothing of it or its answer is held longer than its reader takes. */
export interface ExchangeCall {
  readonly method: string;
  /** `https://host:port/`. */
  readonly url: string;
  /** Path and query, sent as they stand. */
  readonly path: string;
  /** By lower-case name; a list is sent as several lines. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The body as it comes; undefined when there is none. */
  readonly chunks: AsyncIterable<Uint8Array> | undefined;
  /** Ends it at any time. */
  readonly signal: AbortSignal;
}

/** The head of an answer, and what follows: a body, or the connection in another protocol (status 101). */
export interface Exchanged {
  readonly status: number;
  readonly headerLines: readonly HeaderLine[];
  /** Breaks off when the answer does. Whoever does not start it calls `release`. */
  readonly body: StreamBody;
  /** Joins the connection with another one, as `HttpResponse.switched` wants it. */
  readonly switched: HttpResponse['switched'] | undefined;
  /** Nobody wants what follows. */
  release(): void;
  /** Called once everything has gone through, or is lost. */
  whenOver(run: () => void): void;
}

/** Rejects with Node's error when there is no answer. */
export async function exchange(call: ExchangeCall, agent: Agent): Promise<Exchanged> {
  const tried = open(call, agent);
  try {
    return await tried.answer;
  } catch (thrown) {
    // A kept connection may end just when it is used again: nobody has seen the request then.
    const mayRepeat = call.chunks === undefined && (call.method === 'GET' || call.method === 'HEAD');
    if (!mayRepeat || !tried.outgoing.reusedSocket || !isReset(thrown) || call.signal.aborted) throw thrown;
    return open(call, agent).answer;
  }
}

function isReset(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'code' in thrown && (thrown.code === 'ECONNRESET' || thrown.code === 'EPIPE')
  );
}

function open(
  { method, url, path, headers, chunks, signal }: ExchangeCall,
  agent: Agent,
): { readonly outgoing: ClientRequest; readonly answer: Promise<Exchanged> } {
  // Node wants lists that it could change.
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
  frame(own, chunks !== undefined);
  const outgoing = request(url, { agent, method, path, headers: own, signal });
  const answer = new Promise<Exchanged>((resolve, reject) => {
    // After the head of the answer it is the answer that fails.
    outgoing.on('error', reject);
    outgoing.once('response', (response) => {
      // Who was asked for another protocol may not read requests there any more: nobody else is to be heard on it.
      if (own['upgrade'] !== undefined) outgoing.shouldKeepAlive = false;
      resolve(answered(response, undefined));
    });
    outgoing.once('upgrade', (response, connection: Duplex, head: Buffer) => {
      if (head.length > 0) connection.unshift(head);
      connection.on('error', ignore);
      signal.addEventListener('abort', () => connection.destroy(), { once: true });
      resolve(answered(response, connection));
    });
  });
  if (chunks) void send(chunks, outgoing, own['content-length']);
  else outgoing.end();
  return { outgoing, answer };
}

/**
 * Says where the body ends, whatever the method is: Node sends a body of GET or DELETE whose length is not said without
 * any bounds, and whoever is asked would take it for the next request, with all that it says of who is asking.
 */
function frame(headers: Record<string, string | string[]>, hasBody: boolean): void {
  delete headers['transfer-encoding'];
  if (hasBody) {
    if (headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
  } else if (headers['content-length'] !== '0') delete headers['content-length'];
}

/** Neither more nor less than `said`: what is too much, or comes too late, would count as another request. */
async function send(
  chunks: AsyncIterable<Uint8Array>,
  outgoing: ClientRequest,
  said: string | string[] | undefined,
): Promise<void> {
  let leftBytes = said === undefined ? undefined : Number(said);
  const wrong = () => new Error('the body is not as long as its Content-Length says');
  try {
    for await (const chunk of chunks) {
      // Answered before it was sent: nobody wants the rest.
      if (outgoing.destroyed) return;
      if (leftBytes !== undefined) leftBytes -= chunk.length;
      if (leftBytes !== undefined && !(leftBytes >= 0)) throw wrong();
      if (!outgoing.write(chunk)) await drained(outgoing);
    }
    if (leftBytes !== undefined && leftBytes !== 0) throw wrong();
    outgoing.end();
  } catch (thrown) {
    outgoing.destroy(thrown instanceof Error ? thrown : undefined);
  }
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go);
      outgoing.off('close', go);
      resolve();
    };
    outgoing.once('drain', go);
    outgoing.once('close', go);
  });
}

function answered(response: IncomingMessage, connection: Duplex | undefined): Exchanged {
  const { rawHeaders } = response;
  const headerLines: HeaderLine[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headerLines.push({ name: (rawHeaders[at] ?? '').toLowerCase(), value: rawHeaders[at + 1] ?? '' });
  }
  response.on('error', ignore);
  return {
    status: response.statusCode ?? 0,
    headerLines,
    body: bodyOf(response),
    switched: connection && ((peer) => join(peer, connection)),
    release() {
      if (connection) connection.destroy();
      // A short rest is taken, so that the connection is kept.
      else if (Number(response.headers['content-length'] ?? 0) <= takenBytes) response.resume();
      else response.destroy();
    },
    whenOver(run) {
      (connection ?? response).once('close', run);
    },
  };
}

/** Bytes both ways, at the pace of whoever takes them; neither outlives the other. */
function join(peer: Duplex | undefined, connection: Duplex): void {
  if (!peer || peer.destroyed || connection.destroyed) {
    peer?.destroy();
    connection.destroy();
    return;
  }
  peer.once('close', () => connection.destroy());
  connection.once('close', () => peer.destroy());
  peer.pipe(connection);
  connection.pipe(peer);
}

const takenBytes = 64 * 1024;

/** The body at the pace of its reader. */
function bodyOf(response: IncomingMessage): StreamBody {
  return {
    start(sink) {
      if (sink.closed) {
        response.destroy();
        return;
      }
      sink.onClose(() => response.destroy());
      response.on('data', (chunk: Buffer) => {
        if (sink.write(chunk)) return;
        response.pause();
        sink.onDrain(() => response.resume());
      });
      let isWhole = false;
      response.once('end', () => {
        isWhole = response.complete;
        if (isWhole) sink.end();
      });
      response.once('close', () => {
        if (!isWhole) sink.cut();
      });
    },
  };
}

function ignore(): void {}
