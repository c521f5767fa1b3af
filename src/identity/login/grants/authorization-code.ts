import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthorizationCodeRecord } from '../../records/records.ts';
import type { Surface } from '../../surface.ts';
import { demandProof } from '../clients.ts';
import { aadsts } from '../errors.ts';
import { answerUser, type Grant, requestedScope } from './grant.ts';

/** Exchanges the code of a browser sign-in (RFC 6749, section 4.1.3; PKCE: RFC 7636). */
export const authorizationCode: Grant = async (request) => {
  const { surface, exchange, client } = request;
  const { parameters } = exchange;
  const code = parameters.get('code');
  if (!code) throw aadsts.missingParameter('code');
  const codes = surface.db.authorizationCodes;
  const record = codes.peek(code);
  if (record?.clientId !== client.clientId) throw aadsts.invalidGrant();
  if (!codes.get(code)) throw aadsts.codeExpired();
  if (record.redeemed) {
    await endFamily(surface, code);
    throw aadsts.codeUsed();
  }
  demandProof(client, record.redirectUri);
  const redirectUri = parameters.get('redirect_uri') ?? '';
  if (redirectUri !== record.redirectUri) throw aadsts.otherRedirect(redirectUri, record.redirectUri);
  checkVerifier(record.challenge, parameters.get('code_verifier'));
  const before = await codes.update(code, (current) =>
    current.redeemed ? undefined : { ...current, redeemed: true },
  );
  if (!before || before.redeemed) {
    await endFamily(surface, code);
    throw aadsts.codeUsed();
  }
  const scope = requestedScope(parameters) ?? record.scope;
  const { signIn, nonce, family } = record;
  const answer = await answerUser(request, { signIn, scope, nonce, family });
  // Somebody used it again while this answer was made.
  if (codes.peek(code)?.replayed) await endFamily(surface, code);
  return answer;
};

/** A code that is used twice may be stolen: what it led to is ended (RFC 6749, section 4.1.2). */
async function endFamily({ db }: Surface, code: string): Promise<void> {
  const record = await db.authorizationCodes.update(code, (current) =>
    current.replayed ? undefined : { ...current, replayed: true },
  );
  const family = record?.family;
  if (family !== undefined) await db.refreshTokens.drop((token) => token.family === family);
}

function checkVerifier(challenge: AuthorizationCodeRecord['challenge'], verifier: string | null): void {
  if (!challenge) {
    if (verifier !== null) throw aadsts.verifierMismatch();
    return;
  }
  if (verifier === null) throw aadsts.missingParameter('code_verifier');
  const given =
    challenge.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  const [a, b] = [Buffer.from(given), Buffer.from(challenge.value)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) throw aadsts.verifierMismatch();
}
