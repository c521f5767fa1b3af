import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, CodedError } from '../../base/index.ts';

/** Signs and checks the right to use a hybrid connection for some time. */
export interface RelayTokens {
  /** `expiresAt` is in Unix seconds, as Azure hands it out. */
  mint(grant: RelayGrant): { readonly token: string; readonly expiresAt: number };
  /** The object id of the holder. Throws `unauthenticated` with the reason. */
  verify(token: string, hybridConnectionName: string): string;
}

/** The right to a connection, for one holder: what allowed it is looked at again whenever it is used. */
export interface RelayGrant {
  readonly hybridConnectionName: string;
  readonly holderId: string;
  readonly lifeMs: number;
}

const scheme = 'SharedAccessSignature ';

/**
 * Shared access signatures in the form of Azure Relay: `sr` the resource, `sig` an HMAC-SHA256 over resource and expiry,
 * `se` the expiry in Unix seconds, `skn` the name of the key. Ours name the holder too, `oid`, and sign it.
 */
export function createRelayTokens(options: {
  readonly key: Uint8Array;
  readonly keyName?: string;
  readonly clock: Clock;
}): RelayTokens {
  const { key, keyName = 'defaultSender', clock } = options;
  const signatureOf = (resource: string, expiry: string, holderId: string) =>
    createHmac('sha256', key)
      .update(`${encodeURIComponent(resource)}\n${expiry}\n${encodeURIComponent(holderId)}`)
      .digest();
  return {
    mint({ hybridConnectionName, holderId, lifeMs }) {
      const expiresAt = Math.floor((clock.now() + lifeMs) / 1000);
      const sr = resourceOf(hybridConnectionName);
      const sig = signatureOf(sr, String(expiresAt), holderId).toString('base64');
      const fields = { sr, sig, se: String(expiresAt), skn: keyName, oid: holderId };
      const parts = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
      return { token: scheme + parts.join('&'), expiresAt };
    },
    verify(token, hybridConnectionName) {
      if (!token.startsWith(scheme)) throw refused('is not a shared access signature');
      const fields = new URLSearchParams(token.slice(scheme.length));
      const resource = fields.get('sr') ?? '';
      const expiry = fields.get('se') ?? '';
      const holderId = fields.get('oid') ?? '';
      const given = Buffer.from(fields.get('sig') ?? '', 'base64');
      const expected = signatureOf(resource, expiry, holderId);
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw refused('is not signed by us');
      if (resource !== resourceOf(hybridConnectionName)) throw refused('is for another connection');
      if (Number(expiry) * 1000 <= clock.now()) throw refused('has expired; list the user credential again');
      return holderId;
    },
  };
}

function resourceOf(hybridConnectionName: string): string {
  return `http://relay/${hybridConnectionName.toLowerCase()}`;
}

function refused(reason: string): CodedError {
  return new CodedError('unauthenticated', `The relay token ${reason}.`);
}
