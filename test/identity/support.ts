import {
  type AuditEvent,
  type AuditTrail,
  silentAudit,
  silentLogger,
  systemRandom,
} from '../../src/base/index.ts';
import type { Handler } from '../../src/http/contract.ts';
import { createIdentity, firstPartyApplications, type Identity } from '../../src/identity/index.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { plainRequest } from '../support/request.ts';

export const origins = {
  resourceManager: 'https://localhost:8443',
  login: 'https://login.localhost:8443',
  graph: 'https://graph.localhost:8443',
};

export const azureCli = firstPartyApplications.azureCli;
export const armScope = `${origins.resourceManager}//.default`;

export interface Estate extends AsyncDisposable {
  readonly identity: Identity;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly tenantId: string;
  readonly domain: string;
  readonly administrator: string;
  readonly password: string;
  readonly login: Client;
  readonly graph: Client;
  /** What the audit trail was told. */
  readonly told: AuditEvent[];
}

/** A fresh tenant on a store in memory, with a clock that stands still. */
export async function startEstate(): Promise<Estate> {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock, random: systemRandom });
  const told: AuditEvent[] = [];
  const identity = openIdentity(store, clock, { record: (event) => told.push(event) });
  const first = await identity.initialize();
  if (!first) throw new Error('the store was not empty');
  const loops = identity.startLoops();
  const { tenantId, domain } = identity.directory.tenant();
  return {
    identity,
    clock,
    store,
    told,
    tenantId,
    domain,
    administrator: first.administrator,
    password: first.administratorPassword,
    login: clientOf(identity.loginHandler),
    graph: clientOf(identity.graphHandler),
    async [Symbol.asyncDispose]() {
      await loops.stop();
      await identity.close();
      await store.close();
    },
  };
}

export function openIdentity(store: Store, clock: ManualClock, audit: AuditTrail = silentAudit): Identity {
  return createIdentity({
    ...{ store, clock, audit, random: systemRandom, log: silentLogger },
    origins: () => origins,
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
}

export type Client = (
  method: string,
  target: string,
  options?: {
    form?: Record<string, string>;
    json?: unknown;
    headers?: Record<string, string>;
    source?: string;
  },
) => Promise<Answer>;

/** Calls a handler the way a listener does. */
export function clientOf(handler: Handler): Client {
  return async (method, target, { form, json, headers = {}, source = '127.0.0.1' } = {}) => {
    const sent = form ? new URLSearchParams(form).toString() : json === undefined ? '' : JSON.stringify(json);
    const all: Record<string, string> = {
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const request = plainRequest({
      method,
      target,
      headers: all,
      host: 'localhost:8443',
      source,
      body: sent,
    });
    const response = await handler(request);
    const text = response.body instanceof Uint8Array ? Buffer.from(response.body).toString() : '';
    const isJson = String(response.headers?.['content-type'] ?? '').startsWith('application/json');
    return {
      status: response.status,
      headers: (response.headers ?? {}) as Record<string, string>,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    };
  };
}
