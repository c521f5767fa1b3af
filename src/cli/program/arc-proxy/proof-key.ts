import { createHash, generateKeyPairSync } from 'node:crypto';
import { isObject, type JsonObject, parseJson } from '../../../base/index.ts';
import { Answer } from './answer.ts';

/** The key that az binds its token to; it lives as long as the process. */
export interface ProofKey {
  /** The public half, by which az asks for a token. */
  readonly publicKey: JsonObject;
  /** Takes the token that az got; throws `Answer` when it is for another key, server or tenant. */
  take(posted: JsonObject, tenantId: string | undefined): void;
}

export function createProofKey(serverId: string): ProofKey {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // RFC 7638: the required members in their order.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty: 'EC', x, y }));
  const kid = thumbprint.digest('base64url');
  return {
    publicKey: { kty: 'EC', crv, x, y, kid, alg: 'ES256', use: 'sig' },
    take(posted, tenantId) {
      // az fetches the key and asks for a token once more when it reads this.
      if (posted['kid'] !== kid) throw new Answer(500, 'public key expired');
      if (posted['serverId'] !== serverId) throw new Answer(400, `the token must be for ${serverId}`);
      if (tenantId !== undefined && posted['tenantID'] !== tenantId)
        throw new Answer(400, `the token must be of the tenant ${tenantId}`);
      if (boundKey(posted['accessToken']) !== kid) throw new Answer(400, 'the token is bound to another key');
    },
  };
}

/** `cnf.kid` of a token; whether it is genuine is the API server's to say. */
function boundKey(token: unknown): string | undefined {
  const [, claims] = typeof token === 'string' ? token.split('.') : [];
  const payload = claims === undefined ? undefined : readClaims(claims);
  const cnf = isObject(payload) ? payload['cnf'] : undefined;
  return isObject(cnf) && typeof cnf['kid'] === 'string' ? cnf['kid'] : undefined;
}

function readClaims(text: string): unknown {
  try {
    return parseJson(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw new Answer(400, 'the token cannot be read');
  }
}
