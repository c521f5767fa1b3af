import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { decodeJson, encodeJson, isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunningEstate } from '../../server/index.ts';
import { UsageError } from './declaration.ts';
import { homeFiles, readRunning } from './home.ts';

const controlTimeoutMs = 10_000;

/** The running server of this home, or a refusal that says how to start one. */
export function demandRunning(home: string): RunningEstate {
  const running = readRunning(home);
  if (running) return running;
  throw new UsageError(`no server runs for ${home}. Start it with 'drydock up --detach'.`, 1);
}

/** Calls the server's own control routes with the token that only this home's owner can read. */
export async function callControl(
  home: string,
  call: {
    readonly method: string;
    readonly path: string;
    readonly body?: JsonObject;
    readonly timeoutMs?: number;
  },
): Promise<JsonObject> {
  const running = demandRunning(home);
  const files = homeFiles(home);
  const answer = await send({
    url: new URL(`/drydock/v1/${call.path}`, running.resourceManager),
    method: call.method,
    token: readFileSync(files.controlToken, 'utf8').trim(),
    authority: readFileSync(files.authority, 'utf8'),
    body: call.body,
    timeoutMs: call.timeoutMs ?? controlTimeoutMs,
  });
  if (answer.status >= 400) {
    const error = isObject(answer.body) ? answer.body['error'] : undefined;
    throw new UsageError(
      isObject(error) ? String(error['message']) : `the server answered ${answer.status}`,
      1,
    );
  }
  return isObject(answer.body) ? answer.body : {};
}

function send(call: {
  url: URL;
  method: string;
  token: string;
  authority: string;
  body: JsonObject | undefined;
  timeoutMs: number;
}): Promise<{ status: number; body: Json }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Json }>();
  const outgoing = request(
    call.url,
    {
      method: call.method,
      ca: call.authority,
      headers: { authorization: `Bearer ${call.token}`, 'content-type': 'application/json' },
      timeout: call.timeoutMs,
    },
    (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: incoming.statusCode ?? 0, body: bytes.length > 0 ? decodeJson(bytes) : {} });
      });
    },
  );
  outgoing.on('timeout', () => outgoing.destroy(new Error('the server did not answer in time')));
  outgoing.on('error', (thrown) =>
    reject(new UsageError(`the server does not answer: ${thrown.message}.`, 1)),
  );
  outgoing.end(call.body ? encodeJson(call.body) : undefined);
  return promise;
}
