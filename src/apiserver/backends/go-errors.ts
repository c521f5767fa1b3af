import { errorMessage } from '../../base/index.ts';
import { AnswerTimeout, AnswerTooLarge } from '../../http/node/client.ts';
import { hostPort, ServiceUnreachable } from './services.ts';

/** What Go says of a connection that did not come about, or an answer that did not come: callers match these texts. */
export function goErrorText(
  thrown: unknown,
  address: { readonly host: string; readonly port: number } | undefined,
): string {
  if (thrown instanceof ServiceUnreachable) return thrown.message;
  if (thrown instanceof AnswerTimeout) return 'context deadline exceeded';
  if (thrown instanceof AnswerTooLarge) return 'http: server response too large';
  const { code, syscall, reason } = facts(thrown);
  const place = address ? hostPort(address) : '';
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${place}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp ${place}: connect: no route to host`;
    case 'ENETUNREACH':
      return `dial tcp ${place}: connect: network is unreachable`;
    case 'ETIMEDOUT':
      return `dial tcp ${place}: connect: connection timed out`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${address?.host ?? ''}: no such host`;
    case 'ECONNRESET':
      // Node has one code for a peer that resets and one that hangs up.
      return syscall === 'read' ? 'read tcp: connection reset by peer' : 'EOF';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return `${unverified}: x509: certificate signed by unknown authority`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${unverified}: x509: certificate has expired or is not yet valid`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${unverified}: x509: ${nameMismatch(reason)}`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'http: server gave HTTP response to HTTPS client';
    default:
      return errorMessage(thrown);
  }
}

const unverified = 'tls: failed to verify certificate';

/** `Host: a.ns.svc. is not in the cert's altnames: DNS:b` as Go says it. */
function nameMismatch(reason: string): string {
  const name = /Host: (\S+?)\.? is not/.exec(reason)?.[1] ?? /IP: (\S+) is not/.exec(reason)?.[1] ?? '';
  const list = reason.slice(reason.indexOf(': ', reason.indexOf(' is not')) + 2);
  const isIp = reason.startsWith('IP: ');
  const names = list
    .split(', ')
    .map((each) => /^(DNS|IP Address):(.*)$/.exec(each))
    .filter((each) => each !== null && (each[1] === 'DNS') !== isIp)
    .map((each) => each?.[2] ?? '');
  if (names.length > 0) return `certificate is valid for ${names.join(', ')}, not ${name}`;
  return isIp
    ? `cannot validate certificate for ${name} because it doesn't contain any IP SANs`
    : `certificate is not valid for any names, but wanted to match ${name}`;
}

function facts(thrown: unknown): { code: string; syscall: string; reason: string } {
  const found = { code: '', syscall: '', reason: '' };
  if (typeof thrown !== 'object' || thrown === null) return found;
  for (const member of ['code', 'syscall', 'reason'] as const) {
    const value: unknown = Reflect.get(thrown, member);
    if (typeof value === 'string') found[member] = value;
  }
  return found;
}
