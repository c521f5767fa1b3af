import type { IncomingMessage } from 'node:http';
import type { Agent } from 'node:https';
import { WebSocket } from 'ws';
import { CodedError, type ErrorCode, errorMessage } from '../../base/index.ts';
import type { MessageSocket } from '../contract.ts';
import { statusOfCode } from '../errors.ts';
import { listenerLimits } from './limits.ts';
import { closeWithin, messageSocket } from './web-socket.ts';

export interface WebSocketTarget {
  /** `wss://host:port/path`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
  /** PEM of what is trusted besides nothing else; absent: what Node trusts. */
  readonly ca?: string;
  /** Keeps TLS sessions between connections, which makes the next one cheaper. */
  readonly agent?: Agent;
  readonly handshakeMs: number;
}

/** An open WebSocket and the subprotocol that was agreed on, empty when none. */
export interface ConnectedWebSocket {
  readonly socket: MessageSocket;
  readonly subprotocol: string;
}

const refusalBytes = 64 * 1024;

/** Connects. A refusal becomes a CodedError with the server's message; no answer becomes `unavailable`. */
export function connectWebSocket(target: WebSocketTarget): Promise<ConnectedWebSocket> {
  const { url, headers = {}, subprotocols = [], ca, agent, handshakeMs } = target;
  const socket = new WebSocket(url, [...subprotocols], {
    headers,
    perMessageDeflate: false,
    handshakeTimeout: handshakeMs,
    maxPayload: listenerLimits.webSocketMessageBytes,
    ...closeWithin(listenerLimits.webSocketCloseMs),
    ...(ca === undefined ? {} : { ca }),
    ...(agent === undefined ? {} : { agent }),
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      resolve({
        socket: messageSocket(socket, listenerLimits.webSocketBufferBytes),
        subprotocol: socket.protocol,
      });
    });
    socket.once('error', (error) => {
      reject(
        new CodedError('unavailable', `${originOf(url)} cannot be reached: ${errorMessage(error)}.`, error),
      );
    });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      readRefusal(response).then((refusal) => {
        reject(refusal);
        socket.terminate();
      }, reject);
    });
  });
}

async function readRefusal(response: IncomingMessage): Promise<CodedError> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > refusalBytes) break;
  }
  const status = response.statusCode ?? 0;
  return new CodedError(codeOfStatus(status), messageIn(text) ?? `The server answered ${status}.`, {
    status,
    text,
  });
}

/** The coded error that an HTTP status stands for. */
export function codeOfStatus(status: number): ErrorCode {
  if (status === 409) return 'conflict';
  const found = codes.find(([, ofCode]) => ofCode === status);
  if (found) return found[0];
  return status >= 400 && status < 500 ? 'invalid' : 'unavailable';
}

const codes: readonly (readonly [ErrorCode, number])[] = [
  ['unauthenticated', statusOfCode.unauthenticated],
  ['forbidden', statusOfCode.forbidden],
  ['not-found', statusOfCode['not-found']],
  ['gone', statusOfCode.gone],
  ['precondition-failed', statusOfCode['precondition-failed']],
  ['too-large', statusOfCode['too-large']],
  ['too-many', statusOfCode['too-many']],
  ['unsupported', statusOfCode.unsupported],
  ['timeout', statusOfCode.timeout],
  ['internal', statusOfCode.internal],
];

/** The `message` of a JSON error, or undefined. */
export function messageIn(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('message' in parsed)) return undefined;
    return typeof parsed.message === 'string' ? parsed.message : undefined;
  } catch {
    return undefined;
  }
}

function originOf(url: string): string {
  return new URL(url).host;
}
