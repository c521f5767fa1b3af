import { ipText, parseIp } from '../../base/index.ts';
import type { HttpRequest } from '../../http/contract.ts';

/** Of one request; what comes on top is left out. */
const forwardedLimit = 32;

/** Where a request says that it comes from, through whom, and last the address of the connection, which alone is certain. */
export function sourceIps(request: Pick<HttpRequest, 'header' | 'connection'>): string[] {
  const addresses: string[] = [];
  const forwarded = request.header('x-forwarded-for');
  if (forwarded !== undefined) {
    for (const part of forwarded.split(',', forwardedLimit)) {
      const address = addressOf(part.trim());
      if (address !== undefined) addresses.push(address);
    }
  }
  const real = request.header('x-real-ip');
  const nearest = real === undefined ? undefined : addressOf(real);
  if (nearest !== undefined && !addresses.includes(nearest)) addresses.push(nearest);
  const remote = addressOf(request.connection.remoteAddress);
  if (remote !== undefined && remote !== addresses.at(-1)) addresses.push(remote);
  return addresses;
}

function addressOf(text: string): string | undefined {
  const address = parseIp(text);
  return address && ipText(address);
}
