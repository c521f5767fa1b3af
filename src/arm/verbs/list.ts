import type { ResourceRecord } from '../contract.ts';
import { page } from '../paging.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { listBody } from '../presentations.ts';
import { fullType } from '../registry.ts';
import type { Answer, Services } from '../services.ts';

/** GET of a collection: `{ value, nextLink? }`, only what the caller may read. */
export async function listResources(exchange: Exchange, services: Services): Promise<Answer> {
  const { target, type, caller, query, origin, apiVersion } = exchange;
  const readable = await readableOf(exchange, services);
  const { context } = services;
  const records = type.list
    ? await type.list({ scope: target.id, query, caller, records: readable, context })
    : readable;
  const { items, nextLink } = page(records, exchange);
  const asked = { apiVersion, origin, inList: true };
  const texts: Uint8Array[] = [];
  for (const record of items) {
    const text = services.presentations.resource(record, type, asked);
    texts.push(text instanceof Uint8Array ? text : await text);
  }
  return { status: 200, bytes: listBody(texts, nextLink) };
}

/** Ordered by id. */
async function readableOf(exchange: Exchange, services: Services): Promise<readonly ResourceRecord[]> {
  const { target, type, caller } = exchange;
  const all = services.records.cache.sorted(target.id, fullType(type));
  const found = all.some((record) => record.id === target.id)
    ? all.filter((record) => record.id !== target.id)
    : all;
  if (!exchange.filtered) return found;
  const action = target.permission;
  const allowed: ResourceRecord[] = [];
  for (const record of found) {
    if (await services.access.can(caller, action, record.id)) allowed.push(record);
  }
  return allowed;
}
