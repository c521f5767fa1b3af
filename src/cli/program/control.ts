import { readFileSync } from 'node:fs';
import {
  decodeJson,
  encodeJson,
  errorMessage,
  isObject,
  type Json,
  type JsonObject,
  systemClock,
} from '../../base/index.ts';
import { HttpsClient } from '../../http/index.ts';
import type { RunningEstate } from '../../server/index.ts';
import { UsageError } from './declaration.ts';
import { homeFiles, readRunning } from './home.ts';

const controlTimeoutMs = 10_000;
const answerBytes = 16 * 1024 * 1024;

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

async function send(call: {
  url: URL;
  method: string;
  token: string;
  authority: string;
  body: JsonObject | undefined;
  timeoutMs: number;
}): Promise<{ status: number; body: Json }> {
  const { url, method, token, authority, body: sent, timeoutMs } = call;
  const client = new HttpsClient({ clock: systemClock, ca: authority, answerBytes });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = sent ? { body: encodeJson(sent) } : {};
  try {
    const answer = await client.send({ url, method, headers, timeoutMs, ...body });
    return { status: answer.status, body: answer.body.length > 0 ? decodeJson(answer.body) : {} };
  } catch (thrown) {
    throw new UsageError(`the server does not answer: ${errorMessage(thrown)}.`, 1);
  } finally {
    client.close();
  }
}
