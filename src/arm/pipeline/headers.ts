import type { Random } from '../../base/index.ts';
import type { Exchange } from './exchange.ts';

/** Full buckets, in the sizes that Azure answers: this estate does not throttle. */
const remaining = {
  reads: ['1099', '16499'],
  writes: ['799', '11999'],
  deletes: ['799', '11999'],
} as const;

/** Headers that every answer of Resource Manager carries. */
export function commonHeaders(exchange: Exchange, nowMs: number, random: Random): Record<string, string> {
  const headers: Record<string, string> = {
    'Cache-Control': 'no-cache',
    Pragma: 'no-cache',
    Expires: '-1',
    'x-ms-request-id': exchange.requestId,
    'x-ms-correlation-request-id': exchange.correlationId,
    'x-ms-routing-request-id': `EASTUS:${routingTime(nowMs)}:${random.uuid()}`,
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'X-Cache': 'CONFIG_NOCACHE',
  };
  const clientId = exchange.request.header('x-ms-client-request-id');
  if (clientId !== undefined) headers['x-ms-client-request-id'] = clientId;
  const { method, path } = exchange.request;
  const bucket = method === 'GET' || method === 'HEAD' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
  const [own, global] = remaining[bucket];
  if (/^\/+subscriptions\//i.test(path)) {
    headers[`x-ms-ratelimit-remaining-subscription-${bucket}`] = own;
    headers[`x-ms-ratelimit-remaining-subscription-global-${bucket}`] = global;
  } else headers[`x-ms-ratelimit-remaining-tenant-${bucket}`] = own;
  return headers;
}

/** The text of the latest second: most answers share it. */
const latest = { second: -1, text: '' };

/** `yyyyMMddTHHmmssZ`. */
function routingTime(nowMs: number): string {
  const second = Math.floor(nowMs / 1_000);
  if (second !== latest.second) {
    latest.second = second;
    latest.text = `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  }
  return latest.text;
}
