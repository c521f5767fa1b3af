import type { JsonObject } from '../../base/index.ts';
import type { ResourceRecord } from '../contract.ts';
import { renderResource } from '../envelope.ts';
import { page } from '../paging.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { permissionOf } from '../pipeline/locate.ts';
import { fullType } from '../registry.ts';
import type { Answer, Services } from '../services.ts';

/** GET of a collection: `{ value, nextLink? }`, only what the caller may read. */
export async function listResources(exchange: Exchange, services: Services): Promise<Answer> {
  const { target, type, caller, query, origin, apiVersion } = exchange;
  let records = await readable(exchange, services);
  if (type.list) {
    const { context } = services;
    records = [...(await type.list({ scope: target.id, query, caller, records, context }))];
  } else records.sort(byId);
  const { items, nextLink } = page(records, exchange);
  const context = { apiVersion, origin, records: services.records, inList: true };
  const value: JsonObject[] = [];
  for (const record of items) value.push(await renderResource(record, type, context));
  return { status: 200, body: nextLink === undefined ? { value } : { value, nextLink } };
}

async function readable(exchange: Exchange, services: Services): Promise<ResourceRecord[]> {
  const { target, type, caller } = exchange;
  const found = services.records.cache.list(target.id, fullType(type)).filter((r) => r.id !== target.id);
  if (!exchange.filtered) return found;
  const action = permissionOf(target);
  const allowed: ResourceRecord[] = [];
  for (const record of found) {
    if (await services.access.can(caller, action, record.id)) allowed.push(record);
  }
  return allowed;
}

function byId(a: ResourceRecord, b: ResourceRecord): number {
  const left = a.id.toLowerCase();
  const right = b.id.toLowerCase();
  return left < right ? -1 : left > right ? 1 : 0;
}
