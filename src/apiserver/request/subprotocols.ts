import { badRequest } from '../../apimachinery/status.ts';
import type { HttpRequest } from '../../http/contract.ts';

/** Browsers cannot set headers of a WebSocket: their token comes as a subprotocol. */
const bearerPrefix = 'base64url.bearer.authorization.k8s.io.';

/** The token among the subprotocols that a WebSocket client offers; it needs another one beside it, to be confirmed. */
export function subprotocolToken(request: HttpRequest): string | undefined {
  if (request.asksWebSocket !== true) return undefined;
  const offered = offeredBy(request);
  const tokens = offered.filter((name) => name.startsWith(bearerPrefix));
  const [first] = tokens;
  if (first === undefined || tokens.length === offered.length || tokens.length > 1) return undefined;
  const encoded = first.slice(bearerPrefix.length);
  return /^[\w-]+$/.test(encoded) ? Buffer.from(encoded, 'base64url').toString('utf8') : undefined;
}

/** The header with the subprotocols but the token; undefined when there is none to take away. */
export function withoutToken(request: HttpRequest): string | undefined {
  if (subprotocolToken(request) === undefined) return undefined;
  return offeredBy(request)
    .filter((name) => !name.startsWith(bearerPrefix))
    .join(', ');
}

/** The header that confirms the one subprotocol of a watch. Throws 400 when there is a choice: none means anything here. */
export function confirmedSubprotocol(request: HttpRequest): { 'sec-websocket-protocol'?: string } {
  const offered = offeredBy(request).filter((name) => !name.startsWith(bearerPrefix));
  if (offered.length > 1) throw badRequest(`a watch takes one subprotocol, ${offered.length} are offered`);
  const [only] = offered;
  return only === undefined ? {} : { 'sec-websocket-protocol': only };
}

function offeredBy(request: HttpRequest): string[] {
  const names = (request.header('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}
