import { mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import {
  type JsonObject,
  type Logger,
  silentAudit,
  silentLogger,
  systemClock,
  systemRandom,
} from '../../src/base/index.ts';
import { homeFiles } from '../../src/cli/program/home.ts';
import { type Estate, startParts } from '../../src/server/estate.ts';
import { EventLoop } from '../../src/server/event-loop.ts';
import type { FileStore } from '../../src/store/index.ts';

export interface ServerOnStore {
  readonly estate: Estate;
  /** `/subscriptions/{id}/resourceGroups/g`. */
  readonly group: string;
  call(method: string, path: string, body?: JsonObject): Promise<{ status: number; body: JsonObject }>;
}

/** A whole server on a store that others may write to as well, with a client of its administrator. */
export async function startServerOn(
  store: FileStore,
  { home, log = silentLogger }: { readonly home: string; readonly log?: Logger },
): Promise<ServerOnStore> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const files = homeFiles(home);
  const eventLoop = new EventLoop(systemClock);
  const estate = await startParts({
    ...{ clock: systemClock, random: systemRandom, log, store, eventLoop },
    options: { home, files, port: 0, launcher: 'drydock', version: '0.0.0' },
    alone: false,
    audit: silentAudit,
    readyChecks: [],
    closing: [() => eventLoop.close()],
  });
  const { subscriptions, tokens } = await estate.signIn();
  const ca = readFileSync(join(home, 'ca.pem'));
  return {
    estate,
    group: `/subscriptions/${subscriptions[0]?.id}/resourceGroups/g`,
    call: (method, path, body) => send(estate, { method, path, body, ca, token: tokens.access_token }),
  };
}

function send(
  estate: Estate,
  sent: { method: string; path: string; body: JsonObject | undefined; ca: Buffer; token: string },
): Promise<{ status: number; body: JsonObject }> {
  const { method, path, body, ca, token } = sent;
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: JsonObject }>();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const asked = request(
    `${estate.running.resourceManager}${path}`,
    { method, headers, ca, agent: false },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) });
      });
    },
  );
  asked.on('error', reject);
  asked.end(body && JSON.stringify(body));
  return promise;
}
