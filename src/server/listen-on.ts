import { CodedError } from '../base/index.ts';
import type { Listener } from '../http/index.ts';

/** Addresses that already cover the loopback ones. */
export const wildcards: readonly string[] = ['0.0.0.0', '::'];

export interface Place {
  /** 0: any free port. */
  readonly port: number;
  /** Address besides the loopback ones. */
  readonly listen?: string | undefined;
  /** What a person does when the port is taken. */
  readonly advice: string;
}

/**
 * Listens on both loopback addresses, since every URL that clients get names localhost, and on the address asked for.
 * IPv6 may be missing. Answers the port; fails with `unavailable` and a sentence.
 */
export async function listenOn(listener: Listener, place: Place): Promise<number> {
  const asked =
    place.listen && !['localhost', '127.0.0.1', '::1'].includes(place.listen) ? place.listen : undefined;
  const wildcard = asked !== undefined && wildcards.includes(asked);
  const { advice } = place;
  const port = await listen(listener, { host: wildcard ? asked : '127.0.0.1', port: place.port, advice });
  if (asked !== undefined && !wildcard) await listen(listener, { host: asked, port, advice });
  if (asked === '::') return port;
  try {
    await listener.listen({ host: '::1', port });
  } catch (thrown) {
    // A machine without IPv6 has no ::1; clients then use 127.0.0.1. A stranger there would get their requests.
    if (isTaken(thrown)) throw cannotListen({ host: '::1', port, advice }, thrown);
  }
  return port;
}

/** Whether listening failed because somebody else has the port. */
export function isTaken(thrown: unknown): boolean {
  const cause = thrown instanceof CodedError ? thrown.detail : undefined;
  if (cause instanceof CodedError) return isTaken(cause);
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly advice: string;
}

function cannotListen({ host, port, advice }: Address, thrown: unknown): CodedError {
  const wayOut = isTaken(thrown)
    ? advice
    : 'Pick an address of this machine with --listen ADDR, or leave it out.';
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new CodedError('unavailable', `port ${port} on ${host} cannot be used. ${reason} ${wayOut}`, thrown);
}

async function listen(listener: Listener, address: Address): Promise<number> {
  try {
    return await listener.listen({ host: address.host, port: address.port });
  } catch (thrown) {
    throw cannotListen(address, thrown);
  }
}
