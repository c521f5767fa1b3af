import type { Exchange } from '../pipeline/exchange.ts';
import type { Answer, Services } from '../services.ts';
import { etagMatches } from '../values.ts';
import { currentRecord, existingRecord, showResource } from './stored.ts';

/** GET: 200, or 304 when the caller has this etag already. */
export async function getResource(exchange: Exchange, services: Services): Promise<Answer> {
  const record = await existingRecord(exchange, services);
  const noneMatch = exchange.request.header('if-none-match');
  if (noneMatch !== undefined && etagMatches(noneMatch, record.etag)) {
    return { status: 304, headers: { ETag: record.etag } };
  }
  return showResource(exchange, services, { record, status: 200 });
}

/** HEAD: 204 or 404. */
export async function headResource(exchange: Exchange, services: Services): Promise<Answer> {
  return { status: (await currentRecord(exchange, services)) ? 204 : 404 };
}
