import type { UserInfo } from '../../apimachinery/contract.ts';
import type { HeaderLine, HttpRequest } from '../../http/contract.ts';
import { withoutToken } from '../request/subprotocols.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Between two neighbours only (RFC 9110, section 7.6.1), besides what `Connection` names. */
const hopByHop = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** What is said again for the one who is asked, or is this server's alone. */
const ownToUs = new Set([
  'host',
  'expect',
  'authorization',
  'x-remote-user',
  'x-remote-uid',
  'x-remote-group',
  'x-forwarded-uri',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** Who is asking, as extension servers are told: what the caller says of that himself is never passed on. */
export function identityHeaders({ username, uid, groups, extra }: UserInfo): Headers {
  const extraHeaders: Record<string, string[]> = {};
  for (const [key, values] of Object.entries(extra)) {
    const name = `x-remote-extra-${escapedKey(key)}`.toLowerCase();
    extraHeaders[name] = [...(extraHeaders[name] ?? []), ...values.map(headerText)];
  }
  return {
    'x-remote-user': headerText(username),
    ...(uid !== '' && { 'x-remote-uid': headerText(uid) }),
    ...(groups.length > 0 && { 'x-remote-group': groups.map(headerText) }),
    ...extraHeaders,
  };
}

/** The headers of a request, for the server that it is passed on to. */
export function requestHeaders(request: HttpRequest, user: UserInfo, path: string): Headers {
  const { connection, asksProtocol } = request;
  const passed = passedOn(request.headerLines(''), isOfCaller);
  const forwarded = request.header('x-forwarded-for');
  const from = connection.remoteAddress;
  const subprotocols = withoutToken(request);
  const trailers = /(?:^|,)\s*trailers\s*(?:,|$)/i.test(request.header('te') ?? '');
  return {
    ...passed,
    ...(subprotocols !== undefined && { 'sec-websocket-protocol': subprotocols }),
    ...(from !== '' && { 'x-forwarded-for': forwarded === undefined ? from : `${forwarded}, ${from}` }),
    'x-forwarded-uri': path,
    'x-forwarded-host': connection.host,
    'x-forwarded-proto': 'https',
    ...(trailers && { te: 'trailers' }),
    ...(asksProtocol !== undefined && { connection: 'Upgrade', upgrade: asksProtocol }),
    ...identityHeaders(user),
  };
}

/** Said once in an answer (RFC 9110): HTTP/2 here sends no second line of them, and readers go by the first. */
const saidOnce = new Set([
  'age',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'tk',
  'x-content-type-options',
]);

/** The headers of an answer, for the one who asked. What pages of other origins may read is this server's to say. */
export function answerHeaders(lines: readonly HeaderLine[]): Headers {
  const seen = new Set<string>();
  const once = lines.filter(({ name }) => {
    if (!saidOnce.has(name)) return true;
    return !seen.has(name) && seen.add(name);
  });
  return passedOn(once, (name) => !name.startsWith('access-control-'));
}

/** Those of an answer that changes the protocol. */
export function switchingHeaders(lines: readonly HeaderLine[]): Headers {
  const upgrade = lines.find(({ name }) => name === 'upgrade')?.value ?? '';
  return { ...answerHeaders(lines), connection: 'Upgrade', upgrade };
}

function isOfCaller(name: string): boolean {
  return (
    !ownToUs.has(name) &&
    !name.startsWith(':') &&
    !name.startsWith('x-remote-extra-') &&
    !name.startsWith('impersonate-')
  );
}

function passedOn(lines: readonly HeaderLine[], isMeant: (name: string) => boolean): Headers {
  const named = new Set(
    lines
      .filter(({ name }) => name === 'connection')
      .flatMap(({ value }) => value.split(',').map((each) => each.trim().toLowerCase())),
  );
  const headers = new Map<string, string[]>();
  for (const { name, value } of lines) {
    if (hopByHop.has(name) || named.has(name) || !isMeant(name)) continue;
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...headers].map(([name, values]) => {
      // HTTP/2 splits cookies over lines (RFC 9113, section 8.2.3).
      if (name === 'cookie') return [name, values.join('; ')];
      const [only = ''] = values;
      return [name, values.length === 1 ? only : values];
    }),
  );
}

/** Header values are bytes: what is beyond ASCII goes as UTF-8. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Keys stand in the name of a header: what such a name cannot hold is escaped byte by byte, and so is `%`. */
function escapedKey(key: string): string {
  let escaped = '';
  for (const byte of Buffer.from(key, 'utf8')) {
    const character = String.fromCharCode(byte);
    escaped += /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}
