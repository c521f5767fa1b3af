import { type Agent, request as requestHttps } from 'node:https';
import { CodedError } from '../../base/index.ts';

/** A small HTTPS request of a client. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent: Agent;
}

const answerBytes = 1024 * 1024;

/** Sends it and reads the answer. Throws `unavailable` when there is none. */
export function send(outgoing: Outgoing): Promise<{ readonly status: number; readonly text: string }> {
  const { method, url, headers, body = '', agent } = outgoing;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(
        new CodedError('unavailable', `${new URL(url).host} cannot be reached: ${error.message}.`, error),
      );
    };
    const bytes = Buffer.from(body, 'utf8');
    const request = requestHttps(url, {
      method,
      agent,
      headers: { ...headers, 'content-length': bytes.length },
    });
    request.once('error', fail);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > answerBytes) request.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      response.once('error', fail);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.end(bytes);
  });
}
